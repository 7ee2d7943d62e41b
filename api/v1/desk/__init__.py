"""What the staff do by program: reports put right, declined and given away; reroutings previewed, applied, undone."""
