package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"strings"
	"unicode"

	"px0.dev/template-fuzz/language"
)

// A conversation, as an author writes it. Nothing here knows of programs: each text is parsed on its own and run by its name.

type chatCase struct {
	Entries    []chatEntry     `json:"entries"`
	Variables  json.RawMessage `json:"variables"`
	MissingKey string          `json:"missing_key"`
}

type chatEntry struct {
	Role        string     `json:"role"`
	Template    *string    `json:"template"`
	Parts       []chatPart `json:"parts"`
	Placeholder string     `json:"placeholder"`
	Required    bool       `json:"required"`
}

type chatPart struct {
	Type      string `json:"type"`
	Template  string `json:"template"`
	URL       string `json:"url"`
	MediaType string `json:"media_type"`
}

type chatResult struct {
	LinkError  string        `json:"linkError,omitempty"`
	Units      []chatOutcome `json:"units,omitzero"`
	Transcript *chatOutcome  `json:"transcript,omitempty"`
	// Either of them.
	Messages []any  `json:"messages,omitzero"`
	Error    string `json:"error,omitempty"`
}

type chatOutcome struct {
	Name   string `json:"name,omitempty"`
	Output string `json:"output"`
	Error  string `json:"error,omitempty"`
}

func runChat(c chatCase) chatResult {
	var variables map[string]any
	if err := json.Unmarshal(c.Variables, &variables); err != nil {
		panic(err)
	}
	language.Clip(variables)
	if c.MissingKey == "" {
		c.MissingKey = "error"
	}
	texts := []language.Text{{Name: "prompt", Text: transcriptTemplate(c.Entries)}}
	for i, entry := range c.Entries {
		texts = append(texts, entry.texts(fmt.Sprintf("message %d", i))...)
	}
	set, err := language.Associate(texts, c.MissingKey)
	if err != nil {
		return chatResult{LinkError: printable(err.Error())}
	}
	result := chatResult{Units: []chatOutcome{}}
	outcomes := map[string]chatOutcome{}
	for _, each := range texts {
		outcome := chatOutcome{Name: each.Name}
		output, err := set.Run(each.Name, variables)
		if err != nil {
			outcome.Error = printable(err.Error())
		} else {
			outcome.Output = printable(output)
		}
		outcomes[each.Name] = outcome
		if each.Name != "prompt" {
			result.Units = append(result.Units, outcome)
		}
	}
	transcript := outcomes["prompt"]
	transcript.Name = ""
	result.Transcript = &transcript
	messages, err := messagesOf(c, outcomes)
	if err != nil {
		result.Error = err.Error()
	} else {
		result.Messages = messages
	}
	return result
}

func (e chatEntry) texts(name string) []language.Text {
	if e.Placeholder != "" {
		return nil
	}
	if e.Template != nil {
		return []language.Text{{Name: name, Text: *e.Template}}
	}
	var texts []language.Text
	for i, part := range e.Parts {
		text := part.Template
		if part.Type == "media" {
			text = part.URL
		}
		texts = append(texts, language.Text{Name: fmt.Sprintf("%s.%d", name, i), Text: text})
	}
	return texts
}

func transcriptTemplate(entries []chatEntry) string {
	var text strings.Builder
	for i, entry := range entries {
		switch {
		case entry.Placeholder != "":
			fmt.Fprintf(&text, "{{range index . %q}}{{with index . \"role\"}}{{.}}{{end}}:\n{{with index . \"content\"}}{{.}}{{end}}\n\n{{end}}", entry.Placeholder)
		case entry.Template != nil:
			fmt.Fprintf(&text, "%s:\n{{template \"message %d\" .}}\n\n", entry.Role, i)
		default:
			var lines []string
			for j, part := range entry.Parts {
				line := "[media]"
				if part.Type == "text" {
					line = fmt.Sprintf(`{{template "message %d.%d" .}}`, i, j)
				}
				lines = append(lines, line)
			}
			fmt.Fprintf(&text, "%s:\n%s\n\n", entry.Role, strings.Join(lines, "\n"))
		}
	}
	return text.String()
}

// messagesOf judges the placeholders first, and then takes the first error of a unit.
func messagesOf(c chatCase, outcomes map[string]chatOutcome) ([]any, error) {
	var variables map[string]json.RawMessage
	if err := json.Unmarshal(c.Variables, &variables); err != nil {
		return nil, err
	}
	lists := map[string][]json.RawMessage{}
	for _, entry := range c.Entries {
		if entry.Placeholder == "" {
			continue
		}
		list, err := placeholderList(entry, variables)
		if err != nil {
			return nil, err
		}
		lists[entry.Placeholder] = list
	}
	messages := []any{}
	for i, entry := range c.Entries {
		if entry.Placeholder != "" {
			for _, message := range lists[entry.Placeholder] {
				messages = append(messages, message)
			}
			continue
		}
		var content []any
		for j, text := range entry.texts(fmt.Sprintf("message %d", i)) {
			outcome := outcomes[text.Name]
			if outcome.Error != "" {
				return nil, errors.New(outcome.Error)
			}
			switch {
			case entry.Template != nil:
				if strings.TrimFunc(outcome.Output, unicode.IsSpace) != "" {
					messages = append(messages, chatMessage{entry.Role, outcome.Output})
				}
			case outcome.Output == "":
			case entry.Parts[j].Type == "text":
				content = append(content, textPart{"text", outcome.Output})
			default:
				content = append(content, mediaPart{"media", outcome.Output, mediaType(entry.Parts[j], outcome.Output)})
			}
		}
		if len(content) > 0 {
			messages = append(messages, chatMessage{entry.Role, content})
		}
	}
	return messages, nil
}

type chatMessage struct {
	Role    string `json:"role"`
	Content any    `json:"content"`
}

type textPart struct {
	Type string `json:"type"`
	Text string `json:"text"`
}

type mediaPart struct {
	Type      string `json:"type"`
	URL       string `json:"url"`
	MediaType string `json:"media_type,omitempty"`
}

var dataURL = regexp.MustCompile(`^[Dd][Aa][Tt][Aa]:([A-Za-z]+/[A-Za-z0-9.+-]{1,80})[;,]`)

func mediaType(part chatPart, url string) string {
	if part.MediaType != "" {
		return part.MediaType
	}
	if found := dataURL.FindStringSubmatch(url); found != nil {
		return strings.ToLower(found[1])
	}
	return ""
}

// placeholderList gives the elements as they came.
func placeholderList(entry chatEntry, variables map[string]json.RawMessage) ([]json.RawMessage, error) {
	value, isThere := variables[entry.Placeholder]
	if !isThere {
		if entry.Required {
			return nil, fmt.Errorf("missing %s", entry.Placeholder)
		}
		return nil, nil
	}
	var list []json.RawMessage
	var elements []map[string]any
	// null is an empty list, and as an element nothing at all.
	isList := json.Unmarshal(value, &list) == nil && json.Unmarshal(value, &elements) == nil
	for _, element := range elements {
		_, hasRole := element["role"].(string)
		isList = isList && hasRole
	}
	if !isList {
		return nil, fmt.Errorf("%s must be a list of messages", entry.Placeholder)
	}
	return list, nil
}

// printable has U+FFFD for each byte that is not UTF-8.
func printable(s string) string {
	return string([]rune(s))
}
