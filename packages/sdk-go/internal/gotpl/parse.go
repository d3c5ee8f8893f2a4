package gotpl

import (
	"fmt"
	"regexp"
	"sort"
	"strconv"
	"strings"
	"sync"
	"text/template/parse"
)

func parseTrees(source string) (map[string]*parse.Tree, error) {
	return parseScanned(source, scan(source, nil))
}

func parseScanned(source string, known scanned) (map[string]*parse.Tree, error) {
	text := source
	if known.end > 0 {
		text = source[:known.end]
	}
	trees, err := parse.Parse(templateName, text, "", "", names)
	// What is wrong before the place counts first: of the text up to there all else that is wrong is that it ends.
	if known.end > 0 && (err == nil || isAboutEnd(err)) {
		message := fmt.Sprintf("template: %s:%d: %s", templateName, known.line, known.reason)
		return nil, &SyntaxError{Line: max(known.line, 1), message: message}
	}
	if err == nil {
		return trees, nil
	}
	message := wellFormed(err.Error())
	if missesBreaks() {
		message = withBreaks(message, source, known.comments, err)
	}
	line := 1
	if found := located.FindStringSubmatch(message); found != nil {
		line = max(line, numberIn(found[1]))
	}
	return nil, &SyntaxError{Line: line, message: message}
}

var (
	located = regexp.MustCompile(`^template: ` + templateName + `:(\d+): `)
	lines   = regexp.MustCompile(`^template: ` + templateName + `:\d+: |started at ` + templateName + `:\d+$`)
	digits  = regexp.MustCompile(`\d+`)
)

func isAboutEnd(err error) bool {
	reason := located.ReplaceAllString(err.Error(), "")
	return reason == "unexpected EOF" || strings.HasPrefix(reason, "unclosed action")
}

// missesBreaks: Go 1.23 does not count the line breaks in comments.
var missesBreaks = sync.OnceValue(func() bool {
	_, err := parse.Parse(templateName, "{{/*\n*/}}{{end}}", "", "")
	return err != nil && strings.HasPrefix(err.Error(), "template: "+templateName+":1:")
})

// withBreaks corrects the lines of a message: those breaks count that are in comments before the place of the error. A text that ends
// before that place has nothing wrong but its end.
func withBreaks(message, source string, comments []comment, found error) string {
	before := sort.Search(len(comments), func(i int) bool {
		_, err := parse.Parse(templateName, source[:comments[i].start], "", "", names)
		return err != nil && !isAboutEnd(err) && !isAboutEnd(found)
	})
	missed := 0
	for _, each := range comments[:before] {
		missed += each.breaks
	}
	return lines.ReplaceAllStringFunc(message, func(place string) string {
		return digits.ReplaceAllStringFunc(place, func(line string) string { return strconv.Itoa(numberIn(line) + missed) })
	})
}

func numberIn(text string) int {
	number, _ := strconv.Atoi(text)
	return number
}
