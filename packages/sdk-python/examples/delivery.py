from px0 import Px0

with Px0(mode="stream", state_file="px0-prompts.state") as px0:
    px0.wait_ready(10)
    px0.on_change("greeting", lambda change: print(change.kind, change.before, change.after))
    result = px0.render("greeting", {"name": "Ada"})
    print(f"{result.text} ({result.source}, version {result.version})")
