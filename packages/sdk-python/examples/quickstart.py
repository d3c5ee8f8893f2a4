from px0 import Px0

px0 = Px0()
print(px0.render("greeting", {"name": "Ada"}).text)
px0.close()
