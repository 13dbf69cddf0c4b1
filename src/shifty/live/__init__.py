"""Who is told that a run has changed: the bus between replicas, snapshots, SSE."""
