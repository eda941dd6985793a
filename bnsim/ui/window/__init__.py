"""The main window: docks, layout, dialogs, projector, and the bridge to the runner."""
