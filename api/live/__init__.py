"""Live events: what changes on the public's map, told while it happens, by an asyncio process of its own.

`reading` takes the changes from the database in their commit-safe order, `feed` does so again and again, `hub` hands
each to the clients whose `interest` it meets, as `events` writes it; `app` speaks HTTP, `serving` runs the process. All
clients share one connection to the database. Nothing but rows of `reports_change` is told, which hold only what the
public sees; staff hear no more.
"""
