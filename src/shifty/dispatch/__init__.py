"""Work items and leases: enqueue, claim, renew, settle, reap.

A work item is a spec file, or a piece of one whose tests may run apart.

    waiting ──claim──► leased ──every test reported──► done
       ▲                 │
       └── lease lost or returned: what has not reported, at the head of the queue
    waiting ──cancel──► cancelled

A lease covers the items of one batch and carries a token, the fence: renewals keep it, expiry ends it, and what comes
under an ended lease changes nothing.

    active ──► finished   its worker is done
           ──► returned   its worker was told to stop and hands back the rest
           ──► lost       nobody renewed it in time, or its process died

All of this happens under one advisory lock a run, held for the milliseconds of a transaction: claims, finishes and the
close of a run happen one after the other, and the board that the dispatch rule sees is whole.
"""
