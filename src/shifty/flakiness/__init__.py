"""What is concluded from history: what is flaky, broken or regressed, why, since when, and what to do about it."""
