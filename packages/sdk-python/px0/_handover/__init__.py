"""Rendered prompts as requests of model providers: `to_openai`, `to_anthropic`, `to_gemini`."""
