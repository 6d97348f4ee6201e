"""The engines as MCP tools, prompts, resources and the Skills extension."""
