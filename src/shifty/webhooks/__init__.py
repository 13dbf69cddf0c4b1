"""Tells other programs that a run has ended: who is told, deliveries, signatures.

A delivery is written by the transaction that ends the run, and sent by a duty, so that a crash loses none:

    waiting ──2xx──▶ delivered
       │  ▲
       │  └── anything else, up to seven tries within 32 hours
       └─────last try failed──▶ failed

It may arrive twice, when a server dies between sending and noting it: the receiver tells by its id.
"""
