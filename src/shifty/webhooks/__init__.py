"""Tells others when a run has ended: signed, at least once, and never in the way of the run.

waiting ──▶ delivered
   └──────▶ failed         after the last of several tries
"""
