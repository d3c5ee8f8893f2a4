from px0 import Px0

px0 = Px0.for_tests({"greeting": "Hello {{.name}}!", "tutor": [{"role": "user", "template": "{{.question}}"}]})
print(px0.render("greeting", {"name": "Ada"}))
px0.on_change("greeting", lambda change: print(f"{change.slug}: {change.kind}"))
px0.set("greeting", "Hi {{.name}}!")
print(px0.render("greeting", {"name": "Ada"}))
