"""The store on PostgreSQL, of the extra `cluster`; nobody imports it before it is asked for."""
