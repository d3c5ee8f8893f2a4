package px0

import "regexp"

// ToOpenAI gives the request of OpenAI's chat completions for a render: of a chat its messages, of a text one message of the user. Messages
// that came from the variables of the render are handed over as they are. The error is ErrUsage, for media that OpenAI does not take.
func ToOpenAI(result Result) (ProviderRequest, error) {
	m, err := newRequestMaker("openai", result)
	if err != nil {
		return ProviderRequest{}, err
	}
	messages, err := convertMessages(m.messages, m.openAIMessage)
	if err != nil {
		return ProviderRequest{}, err
	}
	request := map[string]any{"messages": messages}
	m.copySettings(request, map[string]string{
		"model": "model", "max_tokens": "max_completion_tokens", "temperature": "temperature", "top_p": "top_p", "stop": "stop", "seed": "seed",
	})
	if schema := m.responseSchema(); schema != nil {
		request["response_format"] = openAIFormat(result.Slug, schema)
	}
	var tools []any
	for _, tool := range m.tools("parameters") {
		tools = append(tools, map[string]any{"type": "function", "function": tool})
	}
	if tools != nil {
		request["tools"] = tools
	}
	if mode, name, isNamed := m.toolChoice(); isNamed {
		request["tool_choice"] = map[string]any{"type": "function", "function": map[string]any{"name": name}}
	} else if mode != "" {
		request["tool_choice"] = mode
	}
	return ProviderRequest{laidOver(request, m.own), m.dropped()}, nil
}

func (m *requestMaker) openAIMessage(message map[string]any) (map[string]any, error) {
	written, err := withEach(message, "content", func(value any) (any, error) {
		part, isMedia := mediaPart(value)
		if !isMedia {
			return value, nil
		}
		if message["role"] == "system" || message["role"] == "assistant" {
			return nil, m.noMediaIn(message["role"])
		}
		return m.writeMedia(part, openAIMedium)
	})
	if err != nil {
		return nil, err
	}
	return withEach(written, "tool_calls", openAICall)
}

// openAICall: servers that speak the same protocol read the arguments as JSON, which an empty text is not.
func openAICall(value any) (any, error) {
	call, _ := value.(map[string]any)
	function, _ := call["function"].(map[string]any)
	if function["arguments"] != "" {
		return value, nil
	}
	return with(call, "function", with(function, "arguments", "{}")), nil
}

func openAIMedium(given medium) any {
	url := given.url
	if given.isData {
		url = given.dataURL()
	}
	audio := map[string]string{"audio/wav": "wav", "audio/mpeg": "mp3"}[given.mediaType]
	switch {
	case given.isImage():
		return map[string]any{"type": "image_url", "image_url": map[string]any{"url": url}}
	case !given.isData:
		return nil
	case given.mediaType == "application/pdf":
		// A name is asked for, and the part has none.
		return map[string]any{"type": "file", "file": map[string]any{"file_data": url, "filename": "document.pdf"}}
	case audio != "":
		return map[string]any{"type": "input_audio", "input_audio": map[string]any{"data": given.data, "format": audio}}
	}
	return nil
}

// noPartOfAName is what a slug may hold and the name of a schema may not.
var noPartOfAName = regexp.MustCompile(`[^A-Za-z0-9_-]`)

const longestName = 64

func openAIFormat(slug string, schema map[string]any) map[string]any {
	name := noPartOfAName.ReplaceAllString(slug, "_")
	format := map[string]any{"name": name[:min(len(name), longestName)], "schema": schema["schema"], "strict": true}
	for _, key := range []string{"name", "strict"} {
		if schema[key] != nil {
			format[key] = schema[key]
		}
	}
	return map[string]any{"type": "json_schema", "json_schema": format}
}
