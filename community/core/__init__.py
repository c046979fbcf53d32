"""What every feature stands on: settings, database, outbox, jobs, clock, mail, errors."""
