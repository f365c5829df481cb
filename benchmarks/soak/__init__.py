"""What months of work do to the daemon, in an hour: kills, jobs in a row, a large corpus."""
