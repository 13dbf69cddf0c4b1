"""transaction(), named queries, migrations and the embedded server."""
