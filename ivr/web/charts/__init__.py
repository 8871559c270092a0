"""Charts: figures as positions, drawn by templates as SVG and coloured by the style sheet."""
