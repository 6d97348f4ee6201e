"""How well requests find their skills: labelled prompts in, figures beside those of plain methods out."""
