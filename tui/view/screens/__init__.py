"""Each screen decides; what it shows is drawn by the widgets."""
