from px0 import Px0

px0 = Px0(
    state_file="px0.state",
    fallbacks={"greeting": "Hello, {{.name}}!"},
)
result = px0.render("greeting", {"name": "Ada"})
print(f"{result.text} ({result.slug}: {result.source}, version {result.version}, {result.age} s old)")
px0.close()
