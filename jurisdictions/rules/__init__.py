"""What is right and wrong about routing rules: who goes before whom, who never decides, how one follows another."""

from jurisdictions.rules.faults import Flaw, RuleFault, faults_of
from jurisdictions.rules.register import Days, days_of
from jurisdictions.rules.succession import NotInItsDays, end, succeed
from jurisdictions.rules.survey import CityFault, Neighbors, faults_of_city, faults_of_rules, heir_of, neighbors_of

__all__ = [
    "CityFault",
    "Days",
    "Flaw",
    "Neighbors",
    "NotInItsDays",
    "RuleFault",
    "days_of",
    "end",
    "faults_of",
    "faults_of_city",
    "faults_of_rules",
    "heir_of",
    "neighbors_of",
    "succeed",
]
