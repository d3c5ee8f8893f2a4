package px0

import (
	"encoding/json"
	"fmt"
	"regexp"
	"strings"

	"github.com/px0/px0/packages/sdk-go/internal/gotpl"
)

// FallbackChat stands in for a chat of px0, and is rendered as px0 renders one.
type FallbackChat struct {
	Messages []FallbackMessage
	// Config is the model and its settings, as a version has them.
	Config map[string]any
}

// FallbackMessage is one message: a role, and one of Content, Template and Parts. Or it is a Placeholder for messages from a variable. A
// message that renders to nothing is left out. All templates of a chat share what they define.
type FallbackMessage struct {
	// Role is "system", "user" or "assistant".
	Role string
	// Content is a text that is used as it is.
	Content string
	// Template is a text in px0's language.
	Template string
	// Parts are texts and media.
	Parts []FallbackPart
	// Placeholder names the variable that holds a list of messages, which are used as they are.
	Placeholder string
	// Required makes it an error if the variable of the placeholder is absent.
	Required bool
}

// FallbackPart is a text by its Template, or a medium by its URL.
type FallbackPart struct {
	Template string
	// URL is a template, too, which gives an https: or a data: URL.
	URL string
	// MediaType is that of the medium, such as "image/png". It may be omitted for a data: URL.
	MediaType string
}

// chatFallback: what is broken is found when it is given, as with a template.
func chatFallback(slug string, chat FallbackChat) (fallback, error) {
	compiled, err := chat.compile("the fallback of " + slug)
	if err != nil {
		return nil, err
	}
	return func(made *call) (rendition, error) {
		rendered, err := compiled.render(made.variables, missingKeyInFallback(made.missingKey), made.hasTranscript)
		if err != nil {
			return rendition{}, &fallbackError{slug, err}
		}
		return rendered, nil
	}, nil
}

func (c FallbackChat) compile(what string) (*program, error) {
	if len(c.Messages) == 0 {
		return nil, usageError("%s has no messages", what)
	}
	if err := c.check(what); err != nil {
		return nil, err
	}
	made := &program{}
	if c.Config != nil {
		text, err := json.Marshal(c.Config)
		if err != nil {
			return nil, usageError("%s: config cannot be written as JSON: %v", what, err)
		}
		made.config, _ = parseConfig(text)
	}
	root, units, outline := c.texts()
	made.takeOutline(outline)
	text, stretches, err := gotpl.Link(root, units)
	if err == nil {
		made.compiled, err = gotpl.CompileProgram(text, stretches, gotpl.DefaultLimits)
	}
	if err != nil {
		return nil, usageError("%s is not a valid template: %v", what, err)
	}
	return made, nil
}

// check finds what px0 would not take from an author. Places have the names that they have in px0's JSON, and in all SDKs.
func (c FallbackChat) check(what string) error {
	placeholders := map[string]bool{}
	for i, message := range c.Messages {
		place := fmt.Sprintf("%s: messages.%d", what, i)
		if err := message.check(place); err != nil {
			return err
		}
		if name := message.Placeholder; name != "" {
			if placeholders[name] {
				return usageError("%s.placeholder occurs twice", place)
			}
			placeholders[name] = true
		}
	}
	return nil
}

var (
	// Others could not be looked up, or would be read as a part of the program.
	placeholderName = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]{0,63}$`)
	mediaType       = regexp.MustCompile(`^[a-z]+/[a-z0-9.+-]{1,80}$`)
)

func (m FallbackMessage) check(place string) error {
	kinds := 0
	for _, isGiven := range []bool{m.Content != "", m.Template != "", m.Parts != nil, m.Placeholder != ""} {
		if isGiven {
			kinds++
		}
	}
	switch {
	case kinds != 1:
		return usageError("%s needs one of content, template, parts and placeholder", place)
	case m.Placeholder != "":
		if !placeholderName.MatchString(m.Placeholder) {
			return usageError("%s.placeholder must be a name of letters, digits and underscores", place)
		}
		return nil
	case m.Role != "system" && m.Role != "user" && m.Role != "assistant":
		return usageError("%s.role must be system, user or assistant", place)
	case m.Parts == nil:
		return nil
	case m.Role == "system":
		return usageError("%s: a system message has no parts", place)
	case len(m.Parts) == 0:
		return usageError("%s.parts must not be empty", place)
	}
	for i, part := range m.Parts {
		if err := part.check(fmt.Sprintf("%s.parts.%d", place, i)); err != nil {
			return err
		}
	}
	return nil
}

func (p FallbackPart) check(place string) error {
	switch {
	case (p.Template == "") == (p.URL == ""):
		return usageError("%s needs one of template and url", place)
	case p.MediaType != "" && p.URL == "":
		return usageError("%s: a text has no media_type", place)
	case p.MediaType != "" && !mediaType.MatchString(p.MediaType):
		return usageError("%s.media_type must be a media type", place)
	}
	return nil
}

// texts gives what px0 makes a program of: the root, which calls the units, and what becomes of their outputs.
func (c FallbackChat) texts() (root string, units []gotpl.Unit, outline []outlineEntry) {
	var text strings.Builder
	for i, message := range c.Messages {
		entry, own := message.link(fmt.Sprintf("message %d", i))
		outline = append(outline, entry)
		units = append(units, own...)
		text.WriteString(entry.transcript())
	}
	return text.String(), units, outline
}

// link gives the entry of the outline, and the texts that it names.
func (m FallbackMessage) link(name string) (outlineEntry, []gotpl.Unit) {
	switch {
	case m.Placeholder != "":
		return outlineEntry{Placeholder: &m.Placeholder, Required: m.Required}, nil
	case m.Parts == nil:
		text := m.Template
		if m.Content != "" {
			text = strings.ReplaceAll(m.Content, "{{", `{{"{{"}}`)
		}
		return outlineEntry{Role: m.Role, Unit: &name}, []gotpl.Unit{{Name: name, Text: text}}
	}
	entry := outlineEntry{Role: m.Role}
	var units []gotpl.Unit
	for i, part := range m.Parts {
		unit := fmt.Sprintf("%s.%d", name, i)
		if part.URL != "" {
			entry.Parts = append(entry.Parts, outlinePart{Media: &unit, MediaType: part.MediaType})
		} else {
			entry.Parts = append(entry.Parts, outlinePart{Unit: &unit})
		}
		units = append(units, gotpl.Unit{Name: unit, Text: part.Template + part.URL})
	}
	return entry, units
}

// transcript is the entry's part of the template that gives the transcript, as px0 links it.
func (e outlineEntry) transcript() string {
	call := func(unit *string) string { return `{{template "` + *unit + `" .}}` }
	if e.Placeholder != nil {
		return `{{range index . "` + *e.Placeholder + "\"}}{{with index . \"role\"}}{{.}}{{end}}:\n{{with index . \"content\"}}{{.}}{{end}}\n\n{{end}}"
	}
	if e.Unit != nil {
		return e.Role + ":\n" + call(e.Unit) + "\n\n"
	}
	lines := make([]string, len(e.Parts))
	for i, part := range e.Parts {
		if lines[i] = "[media]"; part.Unit != nil {
			lines[i] = call(part.Unit)
		}
	}
	return e.Role + ":\n" + strings.Join(lines, "\n") + "\n\n"
}
