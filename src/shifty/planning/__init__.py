"""Pure rules that spread work: what to expect of it, the plan and its bound, splitting, dispatch, and their replay.

Nothing here reads a clock, a file or a database, and the same values always give the same answer.
"""
