"""How everything looks: colours, icons, fonts, measures."""
