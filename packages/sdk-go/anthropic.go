package px0

// ToAnthropic gives the request of Anthropic's messages for a render: of a chat its messages, of a text one message of the user. System
// messages at the beginning become its `system`; later ones stay where they are, which a model may refuse. Messages that came from the
// variables of the render are handed over as they are. The error is ErrUsage, for media that Anthropic does not take, and for a configuration
// without max_tokens, which it needs.
func ToAnthropic(result Result) (ProviderRequest, error) {
	m, err := newRequestMaker("anthropic", result)
	if err != nil {
		return ProviderRequest{}, err
	}
	system, others, err := m.withoutFirstSystem()
	if err != nil {
		return ProviderRequest{}, err
	}
	messages, err := convertMessages(others, m.anthropicMessage)
	if err != nil {
		return ProviderRequest{}, err
	}
	request := map[string]any{"messages": messages}
	if system != "" {
		request["system"] = system
	}
	m.copySettings(request, map[string]string{"model": "model", "max_tokens": "max_tokens", "stop": "stop_sequences"})
	if schema := m.responseSchema(); schema != nil {
		request["output_config"] = map[string]any{"format": map[string]any{"type": "json_schema", "schema": schema["schema"]}}
	}
	if tools := m.tools("input_schema"); tools != nil {
		for _, tool := range tools {
			if tool["input_schema"] == nil {
				tool["input_schema"] = map[string]any{"type": "object"}
			}
		}
		request["tools"] = tools
	}
	if mode, name, isNamed := m.toolChoice(); isNamed {
		request["tool_choice"] = map[string]any{"type": "tool", "name": name}
	} else if mode != "" {
		request["tool_choice"] = map[string]any{"type": anthropicChoice(mode)}
	}
	whole := laidOver(request, m.own)
	if whole["max_tokens"] == nil {
		return ProviderRequest{}, usageError("anthropic needs max_tokens")
	}
	return ProviderRequest{whole, m.dropped("temperature", "top_p", "seed")}, nil
}

func (m *requestMaker) anthropicMessage(message map[string]any) (map[string]any, error) {
	return withEach(message, "content", func(value any) (any, error) {
		if part, isMedia := mediaPart(value); isMedia {
			if message["role"] == "system" {
				return nil, m.noMediaIn(message["role"])
			}
			return m.writeMedia(part, anthropicMedium)
		}
		if call, _ := value.(map[string]any); call["type"] == "tool_use" && call["input"] == "" {
			return with(call, "input", map[string]any{}), nil
		}
		return value, nil
	})
}

func anthropicMedium(given medium) any {
	kind := ""
	switch {
	case given.isImage():
		kind = "image"
	case given.mediaType == "application/pdf":
		kind = "document"
	default:
		return nil
	}
	source := map[string]any{"type": "base64", "media_type": given.mediaType, "data": given.data}
	if !given.isData {
		source = map[string]any{"type": "url", "url": given.url}
	}
	return map[string]any{"type": kind, "source": source}
}

func anthropicChoice(mode string) string {
	if mode == "required" {
		return "any"
	}
	return mode
}
