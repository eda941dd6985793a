"""The thread that owns the session: an order goes in, an update comes out. No Qt here."""
