"""The names of attributes and metrics. Those of `gen_ai` are of OpenTelemetry's conventions for generative AI, which are in development."""

PROMPT_NAME = "gen_ai.prompt.name"
PROMPT_VERSION = "gen_ai.prompt.version"
PROMPT_ID = "px0.prompt.id"
SOURCE = "px0.source"
REVISION = "px0.revision"
STALE = "px0.stale"
AGE_MS = "px0.age_ms"
# Those that a model call's span takes over.
OF_RENDER = (PROMPT_NAME, PROMPT_VERSION, PROMPT_ID, SOURCE, REVISION, STALE, AGE_MS)

SPAN = "px0.render"

# Of metrics.
OUTCOME = "px0.outcome"
STATE = "px0.state"
RENDERS = "px0.client.renders"
DURATION = "px0.client.render.duration"
CLIENT_STATE = "px0.client.state"
STALENESS = "px0.client.staleness"
PROMPTS = "px0.client.prompts"
REPAIRS = "px0.client.repairs"
