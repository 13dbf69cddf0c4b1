"""Likely causes of a test's failures, each with what shows it. Pure: from its executions to evidence.

Two kinds. What the errors say (time-outs, network, an element that moved) counts from a share of the failures on. What
only comparison shows (another browser, machine, place in the worker, test before) has to be no accident: see
``compare.py``. None is better than a wrong one: who is sent the wrong way once does not come back.
"""
