package px0

// ToOpenAI gives the request of OpenAI's chat completions for a render: of a chat its messages, of a text one message of the user. Messages
// that came from the variables of the render are handed over as they are. The error is ErrUsage, for media that OpenAI does not take.
func ToOpenAI(result Result) (ProviderRequest, error) {
	m := newRequestMaker("openai", result)
	messages := []any{}
	for _, message := range m.messages {
		converted, err := m.openAIMessage(message)
		if err != nil {
			return ProviderRequest{}, err
		}
		messages = append(messages, converted)
	}
	m.request["messages"] = messages
	m.copySetting(m.request, "model", "model")
	m.copySetting(m.request, "max_tokens", "max_completion_tokens")
	for _, key := range []string{"temperature", "top_p", "stop", "seed"} {
		m.copySetting(m.request, key, key)
	}
	for _, set := range []func() error{m.openAIResponse, m.openAITools, m.openAIToolChoice} {
		if err := set(); err != nil {
			return ProviderRequest{}, err
		}
	}
	return m.finish()
}

func (m *requestMaker) openAIMessage(message map[string]any) (map[string]any, error) {
	made, isPlain := plain(message)
	if !isPlain || made.parts == nil {
		return message, nil
	}
	content, err := convertParts(made.parts, textPart, m.openAIMedium)
	if err != nil {
		return nil, err
	}
	return map[string]any{"role": made.role, "content": content}, nil
}

func (m *requestMaker) openAIMedium(given medium) (map[string]any, error) {
	formats := map[string]string{"audio/wav": "wav", "audio/mpeg": "mp3"}
	switch {
	case given.isImage():
		return map[string]any{"type": "image_url", "image_url": map[string]any{"url": given.url}}, nil
	case given.isData && given.mediaType == "application/pdf":
		return map[string]any{"type": "file", "file": map[string]any{"file_data": given.url}}, nil
	case given.isData && formats[given.mediaType] != "":
		audio := map[string]any{"data": given.data, "format": formats[given.mediaType]}
		return map[string]any{"type": "input_audio", "input_audio": audio}, nil
	}
	return nil, m.doesNotTake(given)
}

func (m *requestMaker) openAIResponse() error {
	schema, holder, err := m.responseSchema()
	if err != nil || holder == nil {
		return err
	}
	format := map[string]any{"name": m.result.Slug, "schema": schema, "strict": true}
	for _, key := range []string{"name", "strict"} {
		if holder[key] != nil {
			format[key] = holder[key]
		}
	}
	m.request["response_format"] = map[string]any{"type": "json_schema", "json_schema": format}
	return nil
}

func (m *requestMaker) openAITools() error {
	tools, err := m.tools("parameters")
	if err != nil || tools == nil {
		return err
	}
	made := []any{}
	for _, tool := range tools {
		made = append(made, map[string]any{"type": "function", "function": tool})
	}
	m.request["tools"] = made
	return nil
}

func (m *requestMaker) openAIToolChoice() error {
	mode, name, err := m.toolChoice()
	switch {
	case name != "":
		m.request["tool_choice"] = map[string]any{"type": "function", "function": map[string]any{"name": name}}
	case mode != "":
		m.request["tool_choice"] = mode
	}
	return err
}
