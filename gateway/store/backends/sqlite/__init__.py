"""A store in one SQLite file: one writer with group commit, readers beside it.

the file         database: store (its calls) · connections, lock, migrations, faults
one transaction  writer · transaction · memory (what the writer knows) · load (what the event loop sees)
a message's way  outbox (accept, expire) · queue (which is next) · turns (settle and claim) · attempts ·
                 progress (what an outcome means) · evidence (no answer) · reports · rows (read, change, write)
from phones      inbox · parts
the rest         callbacks, subscriptions, dialect_settings · accounts · spans · pages, hours (how many are shown) ·
                 shift (the clock was set)
"""
