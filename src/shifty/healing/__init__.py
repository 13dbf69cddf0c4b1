"""Healing: which element of a changed page a broken locator means, how sure that is, and what became of it.

``engine/`` decides (pure); the rest of the room keeps fingerprints, answers the hook, and tells what was healed.

    passing step ──► fingerprint (kept with its last versions)
    broken step  ──► question ──► rank ──► calibrate ──► heal | propose | refuse (| wait: it once needed longer)
    heal + test passed ──► event of the run ──► source repair (pull_requests)
"""
