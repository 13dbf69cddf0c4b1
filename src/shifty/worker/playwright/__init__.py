"""Runs Playwright Test in the user's project: lists the suite, runs batches of it, and says how each test ended.

What a worker calls, in this order::

    suite   = await list_suite(project_dir, config=None, files=(), extra_args=())     # listing.py
    machine = await prepare(suite, run_id, on_message)                                # machine.py
    terms   = await machine.terms(batch, lanes=1)
    outcome = await BatchRun(suite, batch, terms, on_message).run()                   # batch.py; stop(), kill()
    await machine.close(on_message)

``prepare`` starts the web servers of the configuration and runs its set-up projects, once per machine and run however
many workers there are; ``close`` runs their teardown when the last of them leaves. ``terms`` says how a batch runs
here and where its folder is. ``on_message`` takes the contract's ``run:start``, ``test:start``, ``test:batch`` and
``run:error``.
"""
