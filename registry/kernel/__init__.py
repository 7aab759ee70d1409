"""Ground floor: database, unit of work, refusals, ports, background jobs. Knows no domain and no Flask."""
