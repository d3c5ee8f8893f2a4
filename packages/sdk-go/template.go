package px0

import (
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"strings"
	"text/template"
	"text/template/parse"
	"unicode/utf8"
)

// Of a text, as in px0: a template that explodes is an error and no harm.
const maxOutput = 8 << 20

// lookUp is the name of lookUpPath in a template's tree. It comes in after parsing, so that no source can name it.
const lookUp = "px0LookUp"

var errTooLong = errors.New("the output is too long")

// program is a template of px0's language: Go's text/template with some functions on top. It is the same tree for each of the
// missing-key options.
type program map[string]*template.Template

// parseTemplate makes a program of a source, or says where it is broken.
func parseTemplate(source string) (program, error) {
	parsed, err := template.New("prompt").Funcs(functions).Parse(source)
	if err != nil {
		return nil, err
	}
	for _, each := range parsed.Templates() {
		if each.Tree != nil && each.Root != nil {
			lenientNodes(each.Root.Nodes)
		}
	}
	parsed.Funcs(template.FuncMap{lookUp: lookUpPath})
	made := program{}
	for _, missingKey := range []string{"error", "default", "zero"} {
		copied, err := parsed.Clone()
		if err != nil {
			return nil, err
		}
		made[missingKey] = copied.Option("missingkey=" + missingKey)
	}
	return made, nil
}

// render makes the text. variables are as asJSON gives them.
func (p program) render(variables map[string]any, missingKey string) (string, error) {
	var out limitedWriter
	if err := p[missingKey].Execute(&out, variables); err != nil {
		return "", err
	}
	text := out.String()
	if !utf8.ValidString(text) {
		// As in JSON: each byte that is no character counts as one that is unknown.
		text = string([]rune(text))
	}
	return text, nil
}

type limitedWriter struct{ strings.Builder }

func (w *limitedWriter) Write(data []byte) (int, error) {
	if w.Len()+len(data) > maxOutput {
		return 0, errTooLong
	}
	return w.Builder.Write(data)
}

// asJSON gives the variables as px0 sees them: every number is a float64, and lists have no spare room, which `slice` would show.
func asJSON(encoded []byte) (map[string]any, error) {
	var variables map[string]any
	if err := json.Unmarshal(encoded, &variables); err != nil {
		return nil, err
	}
	clip(variables)
	return variables, nil
}

func clip(value any) any {
	switch value := value.(type) {
	case []any:
		for i := range value {
			value[i] = clip(value[i])
		}
		return value[:len(value):len(value)]
	case map[string]any:
		for key := range value {
			value[key] = clip(value[key])
		}
	}
	return value
}

// Functions that px0 has on top of Go's, with the argument order of Sprig.
var functions = template.FuncMap{
	"default":      orDefault,
	"toJson":       toJSON,
	"toPrettyJson": toPrettyJSON,
	"join":         join,
	"upper":        strings.ToUpper,
	"lower":        strings.ToLower,
	"trim":         strings.TrimSpace,
	"indent":       indent,
	"nindent": func(spaces int, text string) (string, error) {
		made, err := indent(spaces, text)
		return "\n" + made, err
	},
	"quote": quote,
}

func orDefault(fallback any, value ...any) any {
	if len(value) == 0 {
		return fallback
	}
	if truth, _ := template.IsTrue(value[0]); !truth {
		return fallback
	}
	return value[0]
}

func toJSON(value any) (string, error) {
	encoded, err := json.Marshal(value)
	return string(encoded), err
}

func toPrettyJSON(value any) (string, error) {
	encoded, err := json.MarshalIndent(value, "", "  ")
	return string(encoded), err
}

func join(separator string, value any) string {
	if value == nil {
		return ""
	}
	list := reflect.ValueOf(value)
	if list.Kind() != reflect.Slice {
		return textOf(value)
	}
	var parts []string
	for i := 0; i < list.Len(); i++ {
		if item := list.Index(i).Interface(); item != nil {
			parts = append(parts, textOf(item))
		}
	}
	return strings.Join(parts, separator)
}

func indent(spaces int, text string) (string, error) {
	if spaces > 0 && spaces > maxOutput/(strings.Count(text, "\n")+1) {
		return "", errTooLong
	}
	space := strings.Repeat(" ", spaces)
	return space + strings.ReplaceAll(text, "\n", "\n"+space), nil
}

func quote(values ...any) string {
	var quoted []string
	for _, value := range values {
		if value != nil {
			quoted = append(quoted, fmt.Sprintf("%q", textOf(value)))
		}
	}
	return strings.Join(quoted, " ")
}

func textOf(value any) string {
	if text, ok := value.(string); ok {
		return text
	}
	return fmt.Sprintf("%v", value)
}

// lookUpPath follows keys; one that is absent gives nil.
func lookUpPath(value any, keys ...string) (any, error) {
	for _, key := range keys {
		object, ok := value.(map[string]any)
		if !ok {
			return nil, fmt.Errorf("can't evaluate field %s in %T", key, value)
		}
		found, ok := object[key]
		if !ok {
			return nil, nil
		}
		value = found
	}
	return value, nil
}

// What follows makes `default "x" .name` and `.name | default "x"` tolerate an absent key, as px0 does: field chains in these
// places become calls of lookUpPath.

func lenientNodes(nodes []parse.Node) {
	for _, node := range nodes {
		switch node := node.(type) {
		case *parse.ActionNode:
			lenientPipe(node.Pipe, false)
		case *parse.IfNode:
			lenientBranch(&node.BranchNode)
		case *parse.WithNode:
			lenientBranch(&node.BranchNode)
		case *parse.RangeNode:
			lenientBranch(&node.BranchNode)
		case *parse.TemplateNode:
			lenientPipe(node.Pipe, false)
		}
	}
}

func lenientBranch(branch *parse.BranchNode) {
	lenientPipe(branch.Pipe, false)
	lenientNodes(branch.List.Nodes)
	if branch.ElseList != nil {
		lenientNodes(branch.ElseList.Nodes)
	}
}

// lenientPipe: isLenient says whether the pipe's value is what `default` judges.
func lenientPipe(pipe *parse.PipeNode, isLenient bool) {
	if pipe == nil {
		return
	}
	for i, command := range pipe.Cmds {
		isJudged := isLenient
		if i+1 < len(pipe.Cmds) {
			isJudged = isDefaultOfPiped(pipe.Cmds[i+1])
		}
		lenientCommand(command, isJudged)
	}
}

// isDefaultOfPiped: `default "x"` behind a bar.
func isDefaultOfPiped(command *parse.CommandNode) bool {
	return isDefault(command) && len(command.Args) == 2
}

func isDefault(command *parse.CommandNode) bool {
	name, ok := command.Args[0].(*parse.IdentifierNode)
	return ok && name.Ident == "default"
}

func lenientCommand(command *parse.CommandNode, isLenient bool) {
	if len(command.Args) == 1 {
		if pipe, ok := command.Args[0].(*parse.PipeNode); ok {
			lenientPipe(pipe, isLenient)
		} else if call := lookUpOf(command.Args[0]); isLenient && call != nil {
			command.Args = call.Args
		}
		return
	}
	for i := range command.Args {
		isJudged := isDefault(command) && i == 2
		if pipe, ok := command.Args[i].(*parse.PipeNode); ok {
			lenientPipe(pipe, isJudged)
		} else if call := lookUpOf(command.Args[i]); isJudged && call != nil {
			command.Args[i] = &parse.PipeNode{NodeType: parse.NodePipe, Pos: call.Pos, Cmds: []*parse.CommandNode{call}}
		}
	}
}

// lookUpOf is the call that stands for a chain of fields; nil for every other node.
func lookUpOf(node parse.Node) *parse.CommandNode {
	var base parse.Node
	var keys []string
	switch node := node.(type) {
	case *parse.FieldNode:
		base, keys = &parse.DotNode{NodeType: parse.NodeDot, Pos: node.Pos}, node.Ident
	case *parse.VariableNode:
		variable := *node
		variable.Ident = node.Ident[:1]
		base, keys = &variable, node.Ident[1:]
	case *parse.ChainNode:
		base, keys = node.Node, node.Field
	}
	if len(keys) == 0 {
		return nil
	}
	call := &parse.CommandNode{NodeType: parse.NodeCommand, Pos: node.Position()}
	call.Args = []parse.Node{parse.NewIdentifier(lookUp).SetPos(node.Position()), base}
	for _, key := range keys {
		call.Args = append(call.Args, &parse.StringNode{NodeType: parse.NodeString, Pos: node.Position(), Quoted: key, Text: key})
	}
	return call
}
