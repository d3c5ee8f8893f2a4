package px0

import "strings"

// ToAnthropic gives the request of Anthropic's messages for a render: of a chat its messages, of a text one message of the user. System
// messages at the beginning become its `system`. Messages that came from the variables of the render are handed over as they are. The error
// is ErrUsage, for media that Anthropic does not take, and for a configuration without max_tokens, which it needs.
func ToAnthropic(result Result) (ProviderRequest, error) {
	m := newRequestMaker("anthropic", result)
	system, others := m.withoutFirstSystem()
	if system != nil {
		m.request["system"] = strings.Join(system, "\n\n")
	}
	messages := []any{}
	for _, message := range others {
		converted, err := m.anthropicMessage(message)
		if err != nil {
			return ProviderRequest{}, err
		}
		messages = append(messages, converted)
	}
	m.request["messages"] = messages
	m.copySetting(m.request, "model", "model")
	m.copySetting(m.request, "max_tokens", "max_tokens")
	m.copySetting(m.request, "stop", "stop_sequences")
	m.drop("temperature", "top_p", "seed")
	for _, set := range []func() error{m.anthropicResponse, m.anthropicTools, m.anthropicToolChoice} {
		if err := set(); err != nil {
			return ProviderRequest{}, err
		}
	}
	made, err := m.finish()
	if err == nil && made.Request["max_tokens"] == nil {
		err = usageError("anthropic needs max_tokens")
	}
	if err != nil {
		return ProviderRequest{}, err
	}
	return made, nil
}

func (m *requestMaker) anthropicMessage(message map[string]any) (map[string]any, error) {
	made, isPlain := plain(message)
	if !isPlain || made.parts == nil {
		return message, nil
	}
	content, err := convertParts(made.parts, textPart, m.anthropicMedium)
	if err != nil {
		return nil, err
	}
	return map[string]any{"role": made.role, "content": content}, nil
}

func (m *requestMaker) anthropicMedium(given medium) (map[string]any, error) {
	kind := "image"
	if given.mediaType == "application/pdf" {
		kind = "document"
	} else if !given.isImage() {
		return nil, m.doesNotTake(given)
	}
	source := map[string]any{"type": "url", "url": given.url}
	if given.isData {
		source = map[string]any{"type": "base64", "media_type": given.mediaType, "data": given.data}
	}
	return map[string]any{"type": kind, "source": source}, nil
}

func (m *requestMaker) anthropicResponse() error {
	schema, holder, err := m.responseSchema()
	if err != nil || holder == nil {
		return err
	}
	m.request["output_config"] = map[string]any{"format": map[string]any{"type": "json_schema", "schema": schema}}
	return nil
}

func (m *requestMaker) anthropicTools() error {
	tools, err := m.tools("input_schema")
	if err != nil || tools == nil {
		return err
	}
	made := []any{}
	for _, tool := range tools {
		if tool["input_schema"] == nil {
			tool["input_schema"] = map[string]any{"type": "object"}
		}
		made = append(made, tool)
	}
	m.request["tools"] = made
	return nil
}

func (m *requestMaker) anthropicToolChoice() error {
	mode, name, err := m.toolChoice()
	switch {
	case name != "":
		m.request["tool_choice"] = map[string]any{"type": "tool", "name": name}
	case mode == "required":
		m.request["tool_choice"] = map[string]any{"type": "any"}
	case mode != "":
		m.request["tool_choice"] = map[string]any{"type": mode}
	}
	return err
}
