"""The commands of `shifty`: one file each; output and exit codes in their own."""
