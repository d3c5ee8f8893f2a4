package px0

import "strings"

// ToGemini gives the request of Gemini's generateContent for a render, as `model`, `contents` and `config`: of a chat its messages, of a text
// one message of the user. System messages at the beginning become its system instruction. Messages that came from the variables of the
// render are handed over as they are, unless they are only a role and a text. The error is ErrUsage, for media that Gemini does not take, and
// for system messages that stand later.
func ToGemini(result Result) (ProviderRequest, error) {
	m := newRequestMaker("gemini", result)
	config := map[string]any{}
	system, others := m.withoutFirstSystem()
	if system != nil {
		config["systemInstruction"] = strings.Join(system, "\n\n")
	}
	contents := []any{}
	for _, message := range others {
		converted, err := m.geminiContent(message)
		if err != nil {
			return ProviderRequest{}, err
		}
		contents = append(contents, converted)
	}
	m.request["contents"] = contents
	m.copySetting(m.request, "model", "model")
	for key, as := range map[string]string{
		"max_tokens": "maxOutputTokens", "temperature": "temperature", "top_p": "topP", "stop": "stopSequences", "seed": "seed",
	} {
		m.copySetting(config, key, as)
	}
	for _, set := range []func(map[string]any) error{m.geminiResponse, m.geminiTools, m.geminiToolChoice} {
		if err := set(config); err != nil {
			return ProviderRequest{}, err
		}
	}
	if len(config) > 0 {
		m.request["config"] = config
	}
	return m.finish()
}

func (m *requestMaker) geminiContent(message map[string]any) (map[string]any, error) {
	if message["role"] == "system" {
		return nil, usageError("gemini takes system messages at the beginning only")
	}
	made, isPlain := plain(message)
	if !isPlain {
		return message, nil
	}
	parts := []any{map[string]any{"text": made.text}}
	if made.parts != nil {
		var err error
		text := func(text string) map[string]any { return map[string]any{"text": text} }
		if parts, err = convertParts(made.parts, text, m.geminiMedium); err != nil {
			return nil, err
		}
	}
	role := made.role
	if role == "assistant" {
		role = "model"
	}
	return map[string]any{"role": role, "parts": parts}, nil
}

func (m *requestMaker) geminiMedium(given medium) (map[string]any, error) {
	switch {
	case !given.isImage() && given.mediaType != "application/pdf" && given.mediaType != "audio/wav" && given.mediaType != "audio/mpeg":
		return nil, m.doesNotTake(given)
	case given.isData:
		return map[string]any{"inlineData": map[string]any{"data": given.data, "mimeType": given.mediaType}}, nil
	}
	return map[string]any{"fileData": map[string]any{"fileUri": given.url, "mimeType": given.mediaType}}, nil
}

func (m *requestMaker) geminiResponse(config map[string]any) error {
	schema, holder, err := m.responseSchema()
	if err == nil && holder != nil {
		config["responseMimeType"] = "application/json"
		config["responseJsonSchema"] = schema
	}
	return err
}

func (m *requestMaker) geminiTools(config map[string]any) error {
	tools, err := m.tools("parametersJsonSchema")
	if err == nil && tools != nil {
		config["tools"] = []any{map[string]any{"functionDeclarations": tools}}
	}
	return err
}

func (m *requestMaker) geminiToolChoice(config map[string]any) error {
	mode, name, err := m.toolChoice()
	modes := map[string]string{"auto": "AUTO", "none": "NONE", "required": "ANY"}
	calling := map[string]any{}
	switch {
	case err != nil || (mode == "" && name == ""):
		return err
	case name != "":
		calling["mode"], calling["allowedFunctionNames"] = "ANY", []any{name}
	case modes[mode] == "":
		return usageError("tool_choice of the configuration is neither a mode nor a tool's name")
	default:
		calling["mode"] = modes[mode]
	}
	config["toolConfig"] = map[string]any{"functionCallingConfig": calling}
	return nil
}
