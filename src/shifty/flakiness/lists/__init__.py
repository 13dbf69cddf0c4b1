"""What is told about tests: which are flaky, what to do about them, how each one has fared; and the doors to it.

It reads what history has taken in and what was concluded of it; nothing is worked out anew but for a single branch.
"""
