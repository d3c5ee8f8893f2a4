package main

// Counts the steps of a render: the passes through blocks from Go's parse tree, everything else from what Go's own functions were given
// and gave. The table of charges is in docs/template-syntax.md; this is its second reading, beside the engine's.

import (
	"bytes"
	"errors"
	"fmt"
	"reflect"
	"strconv"
	"strings"
	"text/template"
	"text/template/parse"

	"px0.dev/template-fuzz/language"
)

type limits struct {
	Steps  int `json:"steps"`
	Output int `json:"output"`
	Depth  int `json:"depth"`
}

type limitCase struct {
	Template string         `json:"template"`
	Data     map[string]any `json:"data"`
	Limits   limits         `json:"limits"`
}

type counted struct {
	Outcome string `json:"outcome"`
	Steps   int    `json:"steps"`
	Output  []byte `json:"output,omitempty"`
	Error   string `json:"error,omitempty"`
}

// limitReached ends a render.
type limitReached struct{ limit string }

func (l limitReached) Error() string { return "limit reached: " + l.limit }

type meter struct {
	limits limits
	left   int
	depth  int
	out    bytes.Buffer
}

func (m *meter) charge(steps int) error {
	m.left -= steps
	if m.left < 0 {
		return limitReached{"steps"}
	}
	return nil
}

func ceil(size, per int) int { return (size + per - 1) / per }

// Write takes the output, up to its limit.
func (m *meter) Write(p []byte) (int, error) {
	if m.out.Len()+len(p) > m.limits.Output {
		return 0, limitReached{"size"}
	}
	return m.out.Write(p)
}

// made pays for a text that a function has made, in which so many keys of maps were printed.
func (m *meter) made(text string, keys int) (string, error) {
	if len(text) > m.limits.Output {
		return "", limitReached{"size"}
	}
	if err := m.charge(keys); err != nil {
		return "", err
	}
	return text, m.charge(ceil(len(text), 16))
}

// keysIn counts the keys of all maps in the values.
func keysIn(values ...any) int {
	keys := 0
	for _, value := range values {
		switch value := value.(type) {
		case map[string]any:
			keys += len(value)
			for _, v := range value {
				keys += keysIn(v)
			}
		case []any:
			keys += keysIn(value...)
		}
	}
	return keys
}

// builtin calls one of Go's own functions, whose code the package does not export, by executing a template.
func builtin(name string, args ...any) (any, error) {
	var text strings.Builder
	text.WriteString("{{take (" + name)
	for i := range args {
		text.WriteString(" (arg " + strconv.Itoa(i) + ")")
	}
	text.WriteString(")}}")
	var taken any
	t, err := template.New("").Funcs(template.FuncMap{
		"arg":  func(i int) any { return args[i] },
		"take": func(v any) string { taken = v; return "" },
	}).Parse(text.String())
	if err != nil {
		return nil, err
	}
	if err := t.Execute(&bytes.Buffer{}, nil); err != nil {
		return nil, errors.New(strings.TrimPrefix(err.Error()[strings.Index(err.Error(), ">: ")+3:], "error calling "+name+": "))
	}
	return taken, nil
}

func textOf(name string, args ...any) (string, error) {
	v, err := builtin(name, args...)
	s, _ := v.(string)
	return s, err
}

func (m *meter) length(v any) (any, error) {
	switch v := v.(type) {
	case string:
		if err := m.charge(ceil(len(v), 64)); err != nil {
			return nil, err
		}
	case map[string]any:
		if err := m.charge(len(v)); err != nil {
			return nil, err
		}
	}
	return builtin("len", v)
}

func (m *meter) index(item any, keys ...any) (any, error) {
	for i, key := range keys {
		if text, ok := item.(string); ok {
			if err := m.charge(ceil(len(text), 64)); err != nil {
				return nil, err
			}
		}
		next, err := builtin("index", item, key)
		if i > 0 && item == nil {
			err = errors.New("index of nil pointer")
		}
		if err != nil {
			return nil, err
		}
		item = next
	}
	return item, nil
}

func (m *meter) slice(item any, indexes ...any) (any, error) {
	if text, ok := item.(string); ok && len(indexes) < 3 {
		if err := m.charge(ceil(len(text), 64)); err != nil {
			return nil, err
		}
	}
	part, err := builtin("slice", append([]any{item}, indexes...)...)
	if list, ok := part.([]any); ok && err == nil {
		err = m.charge(ceil(len(list), 64))
	}
	return part, err
}

func (m *meter) equal(name string, a, b any) (bool, error) {
	x, isText := a.(string)
	y, isOtherText := b.(string)
	if isText && isOtherText && len(x) == len(y) && len(x) > 64 {
		if err := m.charge(ceil(len(x), 64)); err != nil {
			return false, err
		}
	}
	v, err := builtin(name, a, b)
	is, _ := v.(bool)
	return is, err
}

func (m *meter) equalAny(a any, others ...any) (bool, error) {
	if len(others) == 0 {
		v, err := builtin("eq", a)
		is, _ := v.(bool)
		return is, err
	}
	for _, other := range others {
		if is, err := m.equal("eq", a, other); is || err != nil {
			return is, err
		}
	}
	return false, nil
}

// order gives lt, le, gt or ge; those that are not told by lt alone look whether the values are equal.
func (m *meter) order(name string) func(a, b any) (bool, error) {
	return func(a, b any) (bool, error) {
		x, isText := a.(string)
		y, isOtherText := b.(string)
		if !isText || !isOtherText {
			v, err := builtin(name, a, b)
			is, _ := v.(bool)
			return is, err
		}
		if err := m.charge(ceil(min(len(x), len(y)), 64)); err != nil {
			return false, err
		}
		if isLess := x < y; isLess || name == "lt" || name == "ge" {
			return isLess != (name == "gt" || name == "ge"), nil
		}
		is, err := m.equal("eq", a, b)
		return is != (name == "gt"), err
	}
}

// printing gives print, println and printf.
func (m *meter) printing(name string) func(args ...any) (string, error) {
	return func(args ...any) (string, error) {
		text, err := textOf(name, args...)
		if err != nil {
			return "", err
		}
		keys := keysIn(args...)
		if len(args) > 0 && args[0] == "%T" {
			keys = 0
		}
		return m.made(text, keys)
	}
}

// escaping gives html, js and urlquery, which print first unless they are given one text.
func (m *meter) escaping(name string) func(args ...any) (string, error) {
	return func(args ...any) (string, error) {
		if _, isText := first(args).(string); !isText || len(args) != 1 {
			shown := make([]any, len(args))
			for i, arg := range args {
				shown[i] = arg
				if arg == nil {
					shown[i] = "<no value>"
				}
			}
			if _, err := m.made(fmt.Sprint(shown...), keysIn(args...)); err != nil {
				return "", err
			}
		}
		text, err := textOf(name, args...)
		if err != nil {
			return "", err
		}
		return m.made(text, 0)
	}
}

func first(args []any) any {
	if len(args) == 0 {
		return nil
	}
	return args[0]
}

// converting pays for the result of one of the functions that Go does not have.
func (m *meter) converting(convert func(string) string) func(string) (string, error) {
	return func(s string) (string, error) { return m.made(convert(s), 0) }
}

func (m *meter) indenting(n int, s string) (string, error) {
	if n < 0 {
		return "", errors.New("strings: negative Repeat count")
	}
	if len(s)+n*(strings.Count(s, "\n")+1) > m.limits.Output {
		return "", limitReached{"size"}
	}
	pad := strings.Repeat(" ", n)
	return m.made(pad+strings.ReplaceAll(s, "\n", "\n"+pad), 0)
}

func (m *meter) quoting(values ...any) (string, error) {
	var quoted []string
	for _, v := range values {
		if v == nil {
			continue
		}
		s, isText := v.(string)
		if !isText {
			printed, err := m.made(fmt.Sprint(v), keysIn(v))
			if err != nil {
				return "", err
			}
			s = printed
		}
		quoted = append(quoted, strconv.Quote(s))
	}
	return m.made(strings.Join(quoted, " "), 0)
}

func (m *meter) functions() template.FuncMap {
	join := language.Functions["join"].(func(string, any) string)
	toJSON := func(name string) func(any) (string, error) {
		return func(v any) (string, error) {
			text, err := language.Functions[name].(func(any) (string, error))(v)
			if err != nil {
				return "", err
			}
			return m.made(text, keysIn(v))
		}
	}
	return template.FuncMap{
		"len":      m.length,
		"index":    m.index,
		"slice":    m.slice,
		"eq":       m.equalAny,
		"ne":       func(a, b any) (bool, error) { is, err := m.equal("ne", a, b); return is, err },
		"lt":       m.order("lt"),
		"le":       m.order("le"),
		"gt":       m.order("gt"),
		"ge":       m.order("ge"),
		"print":    m.printing("print"),
		"println":  m.printing("println"),
		"printf":   m.printing("printf"),
		"html":     m.escaping("html"),
		"js":       m.escaping("js"),
		"urlquery": m.escaping("urlquery"),
		"default":  language.Functions["default"],
		"join": func(separator string, v any) (string, error) {
			return m.made(join(separator, v), keysIn(v))
		},
		"upper":  m.converting(strings.ToUpper),
		"lower":  m.converting(strings.ToLower),
		"trim":   m.converting(strings.TrimSpace),
		"indent": m.indenting,
		"nindent": func(n int, s string) (string, error) {
			text, err := m.indenting(n, s)
			return "\n" + text, err
		},
		"quote":        m.quoting,
		"toJson":       toJSON("toJson"),
		"toPrettyJson": toJSON("toPrettyJson"),

		// What the tree is instrumented with.
		"charge": func(steps int) (string, error) { return "", m.charge(steps) },
		"charge_range": func(v any) (any, error) {
			if keys, ok := v.(map[string]any); ok {
				return v, m.charge(len(keys))
			}
			return v, nil
		},
		"charge_action": func(v any) (any, error) {
			switch v.(type) {
			case map[string]any, []any:
				return m.made(fmt.Sprint(v), keysIn(v))
			}
			return v, nil
		},
		"call_template": func() (string, error) {
			if m.depth >= m.limits.Depth {
				return "", limitReached{"depth"}
			}
			return "", nil
		},
		"enter_template": func() string { m.depth++; return "" },
		"leave_template": func() string { m.depth--; return "" },
	}
}

// nodes parses actions to be put into another tree.
func nodes(text string, funcs template.FuncMap) []parse.Node {
	trees, err := parse.Parse("instruments", text, "", "", funcs, map[string]any{"len": nil})
	if err != nil {
		panic(err)
	}
	return trees["instruments"].Root.Nodes
}

// instrument makes every block charge its pass, and every node what it does beyond calling functions.
func instrument(list *parse.ListNode, t *template.Template, funcs template.FuncMap) {
	if list == nil {
		return
	}
	cost := len(list.Nodes) + 1
	instrumented := nodes(fmt.Sprintf("{{charge %d}}", cost), funcs)
	for _, node := range list.Nodes {
		switch node := node.(type) {
		case *parse.ActionNode:
			if len(node.Pipe.Decl) == 0 {
				pipeInto(node.Pipe, "charge_action", funcs)
			}
		case *parse.IfNode:
			instrument(node.List, t, funcs)
			instrument(node.ElseList, t, funcs)
		case *parse.WithNode:
			instrument(node.List, t, funcs)
			instrument(node.ElseList, t, funcs)
		case *parse.RangeNode:
			pipeInto(node.Pipe, "charge_range", funcs)
			instrument(node.List, t, funcs)
			instrument(node.ElseList, t, funcs)
		case *parse.TemplateNode:
			if t.Lookup(node.Name) == nil {
				break
			}
			instrumented = append(instrumented, nodes("{{call_template}}", funcs)...)
		}
		instrumented = append(instrumented, node)
	}
	list.Nodes = instrumented
}

func pipeInto(pipe *parse.PipeNode, function string, funcs template.FuncMap) {
	action := nodes("{{0 | "+function+"}}", funcs)[0].(*parse.ActionNode)
	pipe.Cmds = append(pipe.Cmds, action.Pipe.Cmds[1])
}

func countSteps(c limitCase) counted {
	language.Clip(c.Data)
	plain, err := template.New("prompt").Option("missingkey=error").Funcs(language.Functions).Parse(c.Template)
	if err != nil {
		return counted{Outcome: "parse error", Error: err.Error()}
	}
	m := &meter{limits: c.Limits, left: c.Limits.Steps}
	funcs := m.functions()
	t := template.Must(template.New("prompt").Option("missingkey=error").Funcs(funcs).Parse(c.Template))
	for _, defined := range t.Templates() {
		if defined.Tree == nil {
			continue
		}
		root := defined.Tree.Root
		instrument(root, t, funcs)
		if defined.Name() != "prompt" {
			root.Nodes = append(nodes("{{enter_template}}", funcs), append(root.Nodes, nodes("{{leave_template}}", funcs)...)...)
		}
	}
	err = t.Execute(m, unfold(c.Data))
	steps := c.Limits.Steps - m.left
	if err == nil {
		return counted{Outcome: "output", Steps: steps, Output: m.out.Bytes()}
	}
	var reached limitReached
	if errors.As(err, &reached) {
		return counted{Outcome: reached.limit, Steps: steps}
	}
	// The instruments show in the text of the error, so it is taken from a render without them.
	if err = plain.Execute(&bytes.Buffer{}, unfold(c.Data)); err == nil {
		return counted{Outcome: "exec error", Steps: steps, Error: "only with instruments"}
	}
	return counted{Outcome: "exec error", Steps: steps, Error: err.Error()}
}

// unfold makes lists nested in lists of {"$nest": depth}.
func unfold(data map[string]any) map[string]any {
	unfolded := make(map[string]any, len(data))
	for key, value := range data {
		unfolded[key] = value
		marker, ok := value.(map[string]any)
		if !ok || reflect.ValueOf(marker["$nest"]).Kind() != reflect.Float64 {
			continue
		}
		nested := []any{}
		for level := 1; level < int(marker["$nest"].(float64)); level++ {
			nested = []any{nested}
		}
		unfolded[key] = nested
	}
	return unfolded
}
