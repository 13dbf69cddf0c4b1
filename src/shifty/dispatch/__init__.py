"""Work items and leases: enqueue, claim, renew, finish, reap."""
