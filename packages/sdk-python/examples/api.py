import os
import px0

configuration = px0.Configuration(host=os.environ["PX0_HOST"], access_token=os.environ["PX0_ACCESS_TOKEN"])
with px0.ApiClient(configuration) as api_client:
    renders = px0.PromptRendersApi(api_client)
    response = renders.render_live(slug="greeting", render_request=px0.RenderRequest(variables={"name": "Ada"}))
    print(response.rendered, response.version)
