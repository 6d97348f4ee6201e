"""The catalogue for people: pages of skills, rules, problems, guides and schemas, served or written to a folder."""
