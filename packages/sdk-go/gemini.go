package px0

import "slices"

// ToGemini gives the request of Gemini's generateContent for a render, as `model`, `contents` and `config`: of a chat its messages, of a text
// one message of the user. System messages at the beginning become its system instruction. Messages that came from the variables of the
// render are handed over as they are; those of a role and a content alone get `parts`. The error is ErrUsage, for media that Gemini does not
// take, for system messages that stand later, and for messages that would be sent without their content.
func ToGemini(result Result) (ProviderRequest, error) {
	m, err := newRequestMaker("gemini", result)
	if err != nil {
		return ProviderRequest{}, err
	}
	system, others, err := m.withoutFirstSystem()
	if err != nil {
		return ProviderRequest{}, err
	}
	number := len(m.messages) - len(others)
	contents, err := convertMessages(others, func(message map[string]any) (map[string]any, error) {
		number++
		return m.geminiContent(message, number-1)
	})
	if err != nil {
		return ProviderRequest{}, err
	}
	config := m.geminiConfig()
	if system != "" {
		config["systemInstruction"] = map[string]any{"parts": []any{map[string]any{"text": system}}}
	}
	request := map[string]any{"contents": contents}
	m.copySettings(request, map[string]string{"model": "model"})
	if len(config) > 0 {
		request["config"] = config
	}
	return ProviderRequest{laidOver(request, m.own), m.dropped()}, nil
}

// geminiContent takes the message's number for an error.
func (m *requestMaker) geminiContent(message map[string]any, number int) (map[string]any, error) {
	if _, hasParts := message["parts"].([]any); hasParts {
		return withEach(message, "parts", geminiCall)
	}
	if isOwnSystem(message) {
		return nil, usageError("gemini takes system messages at the beginning only")
	}
	// Without parts, some of its packages send a turn that says nothing.
	if !isOwn(message) {
		return nil, usageError("gemini needs parts in messages.%d", number)
	}
	role := message["role"]
	if role == "assistant" {
		role = "model"
	}
	if text, isText := message["content"].(string); isText {
		return map[string]any{"role": role, "parts": []any{map[string]any{"text": text}}}, nil
	}
	return withEach(map[string]any{"role": role, "parts": message["content"]}, "parts", func(value any) (any, error) {
		part, _ := ownPart(value)
		if part.isMedia {
			return m.writeMedia(part, geminiMedium)
		}
		return map[string]any{"text": part.text}, nil
	})
}

func geminiCall(value any) (any, error) {
	part, _ := value.(map[string]any)
	call, _ := part["functionCall"].(map[string]any)
	if call["args"] != "" {
		return value, nil
	}
	return with(part, "functionCall", with(call, "args", map[string]any{})), nil
}

func geminiMedium(given medium) any {
	taken := []string{"application/pdf", "audio/wav", "audio/mpeg"}
	switch {
	case !given.isImage() && !slices.Contains(taken, given.mediaType):
		return nil
	case !given.isData:
		return map[string]any{"fileData": map[string]any{"fileUri": given.url, "mimeType": given.mediaType}}
	}
	return map[string]any{"inlineData": map[string]any{"data": given.data, "mimeType": given.mediaType}}
}

func (m *requestMaker) geminiConfig() map[string]any {
	config := map[string]any{}
	m.copySettings(config, map[string]string{
		"max_tokens": "maxOutputTokens", "temperature": "temperature", "top_p": "topP", "stop": "stopSequences", "seed": "seed",
	})
	if schema := m.responseSchema(); schema != nil {
		config["responseMimeType"] = "application/json"
		config["responseJsonSchema"] = schema["schema"]
	}
	if tools := m.tools("parametersJsonSchema"); tools != nil {
		config["tools"] = []any{map[string]any{"functionDeclarations": tools}}
	}
	if mode, name, isNamed := m.toolChoice(); isNamed {
		calling := map[string]any{"mode": "ANY", "allowedFunctionNames": []any{name}}
		config["toolConfig"] = map[string]any{"functionCallingConfig": calling}
	} else if mode != "" {
		modes := map[string]string{"auto": "AUTO", "none": "NONE", "required": "ANY"}
		config["toolConfig"] = map[string]any{"functionCallingConfig": map[string]any{"mode": modes[mode]}}
	}
	return config
}
