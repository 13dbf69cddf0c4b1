"""The commands of ``shifty``, one file each. A command module has ``register(app)``; nothing else knows it."""
