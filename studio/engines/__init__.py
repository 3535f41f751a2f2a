"""What writes notes and what makes sound: two small protocols (:mod:`.api`), one table (:mod:`.registry`), one file an engine."""
