package px0

import (
	"encoding/base64"
	"strconv"
	"strings"
	"unicode"
)

// medium is a media part as providers want to know it. A URL is handed over, never fetched.
type medium struct {
	// In lower case, without parameters.
	mediaType string
	// Whether the data are here, and not where url says.
	isData bool
	url    string
	// In base64.
	data string
}

func (m medium) isImage() bool { return strings.HasPrefix(m.mediaType, "image/") }

func (m medium) dataURL() string { return "data:" + m.mediaType + ";base64," + m.data }

// mediaWriter writes a medium for a provider; nil when it does not take it.
type mediaWriter func(medium) any

func (m *requestMaker) writeMedia(part messagePart, write mediaWriter) (any, error) {
	given, err := m.mediumOf(part)
	if err != nil {
		return nil, err
	}
	if written := write(given); written != nil {
		return written, nil
	}
	by := "data"
	if !given.isData {
		by = "url"
	}
	return nil, usageError("%s does not take %s by %s", m.provider, given.mediaType, by)
}

func (m *requestMaker) mediumOf(part messagePart) (medium, error) {
	rest, isData := cutScheme(part.url)
	if !isData {
		if part.mediaType == nil {
			return medium{}, usageError("%s does not take media without a media type by url", m.provider)
		}
		return medium{mediaType: bareType(*part.mediaType), url: part.url}, nil
	}
	head, body, hasComma := strings.Cut(rest, ",")
	if !hasComma {
		return medium{}, usageError("%s does not take a data: URL without a comma", m.provider)
	}
	mediaType := bareType(head)
	if part.mediaType != nil {
		mediaType = bareType(*part.mediaType)
	}
	if mediaType == "" {
		mediaType = "text/plain"
	}
	return medium{mediaType: mediaType, isData: true, data: base64Of(head, body)}, nil
}

// cutScheme gives what stands behind the scheme of a data: URL.
func cutScheme(url string) (rest string, isData bool) {
	const scheme = "data:"
	if len(url) < len(scheme) || !strings.EqualFold(url[:len(scheme)], scheme) {
		return "", false
	}
	return url[len(scheme):], true
}

// bareType is a media type without its parameters.
func bareType(text string) string {
	bare, _, _ := strings.Cut(text, ";")
	// What other letters and white space are differs between languages, and no media type has them.
	if strings.ContainsFunc(bare, func(r rune) bool { return r > unicode.MaxASCII }) {
		return bare
	}
	return strings.ToLower(strings.TrimSpace(bare))
}

func base64Of(head, body string) string {
	parameters := strings.Split(head, ";")
	isBase64 := len(parameters) > 1 && strings.ToLower(strings.Trim(parameters[len(parameters)-1], "\t\n\v\f\r ")) == "base64"
	if isBase64 {
		return string(percentDecoded(body))
	}
	return base64.StdEncoding.EncodeToString(percentDecoded(body))
}

// percentDecoded: a percent sign that begins no escape stands for itself.
func percentDecoded(text string) []byte {
	made := make([]byte, 0, len(text))
	for i := 0; i < len(text); i++ {
		if text[i] == '%' && i+2 < len(text) {
			if value, err := strconv.ParseUint(text[i+1:i+3], 16, 8); err == nil {
				made = append(made, byte(value))
				i += 2
				continue
			}
		}
		made = append(made, text[i])
	}
	return made
}
