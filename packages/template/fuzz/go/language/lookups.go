package language

import (
	"cmp"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"text/template"
	"text/template/parse"
)

// lookUps makes `default "x" .a.b` and `.a.b | default "x"` take an absent key for nil, as px0 does. Each such chain keeps its
// fields, which Go follows itself and reports as ever, but gets another base: a call of a function that follows the keys first
// and, only if one is absent, gives a map in which all are present and the last one is nil.
type lookUps struct {
	functions template.FuncMap
	// How nodes are written now, and were.
	rewritten []replacement
	tree      *parse.Tree
}

type replacement struct{ now, before string }

// absent stands for an absent key whose value gets arguments after it: Go has to see no value at all there, and not nil.
type absent struct{}

func (l *lookUps) in(tree *parse.Tree) *lookUps {
	l.tree = tree
	return l
}

// restore gives an error the nodes as the template's author wrote them.
func (l *lookUps) restore(message string) string {
	// The longest first: it may contain others.
	slices.SortStableFunc(l.rewritten, func(a, b replacement) int { return cmp.Compare(len(b.now), len(a.now)) })
	for _, each := range l.rewritten {
		message = strings.ReplaceAll(message, each.now, each.before)
	}
	return strings.ReplaceAll(message, "*interface {}", "interface {}")
}

func (l *lookUps) nodes(nodes []parse.Node) {
	for _, node := range nodes {
		switch node := node.(type) {
		case *parse.ActionNode:
			l.pipe(node.Pipe, false)
		case *parse.IfNode:
			l.branch(&node.BranchNode)
		case *parse.WithNode:
			l.branch(&node.BranchNode)
		case *parse.RangeNode:
			l.branch(&node.BranchNode)
		case *parse.TemplateNode:
			if node.Pipe != nil {
				l.pipe(node.Pipe, false)
			}
		}
	}
}

func (l *lookUps) branch(branch *parse.BranchNode) {
	l.pipe(branch.Pipe, false)
	l.nodes(branch.List.Nodes)
	if branch.ElseList != nil {
		l.nodes(branch.ElseList.Nodes)
	}
}

// pipe: isJudged says whether the pipe's value is the one that a `default` judges.
func (l *lookUps) pipe(pipe *parse.PipeNode, isJudged bool) {
	for i, command := range pipe.Cmds {
		isLast := i == len(pipe.Cmds)-1
		l.command(command, isLast && isJudged || !isLast && isDefaultOfPiped(pipe.Cmds[i+1]), i > 0)
	}
}

// isDefaultOfPiped: `default "x"` after a bar.
func isDefaultOfPiped(command *parse.CommandNode) bool {
	return isDefault(command) && len(command.Args) == 2
}

func isDefault(command *parse.CommandNode) bool {
	name, ok := command.Args[0].(*parse.IdentifierNode)
	return ok && name.Ident == "default"
}

func (l *lookUps) command(command *parse.CommandNode, isJudged, isPiped bool) {
	hasArguments := len(command.Args) > 1 || isPiped
	for i, argument := range command.Args {
		switch {
		case i == 0:
			command.Args[i] = l.operand(argument, isJudged, hasArguments)
		case isDefault(command) && i == 2:
			command.Args[i] = l.operand(argument, true, false)
		default:
			command.Args[i] = l.operand(argument, false, false)
		}
	}
}

// operand rewrites a node and all inside it. hasArguments: arguments follow it, which a field never takes.
func (l *lookUps) operand(node parse.Node, isJudged, hasArguments bool) parse.Node {
	before := node.String()
	switch node := node.(type) {
	case *parse.PipeNode:
		l.pipe(node, isJudged && !hasArguments)
		l.replaced(node, before)
	case *parse.FieldNode:
		if isJudged {
			dot := &parse.DotNode{NodeType: parse.NodeDot, Pos: node.Pos}
			return l.chain(node, before, node.Ident, hasArguments, dot, l.marker(node))
		}
	case *parse.VariableNode:
		if isJudged && len(node.Ident) > 1 {
			variable := *node
			variable.Ident = node.Ident[:1]
			location, _ := l.tree.ErrorContext(node)
			// Go looks for a variable before it looks for keys, and then names the whole chain.
			l.undefined(location, variable.Ident[0], before)
			return l.chain(node, before, node.Ident[1:], hasArguments, &variable, l.marker(node))
		}
	case *parse.ChainNode:
		node.Node = l.operand(node.Node, false, false)
		if isJudged {
			return l.chain(node, before, node.Field, hasArguments, node.Node)
		}
		l.replaced(node, before)
	}
	return node
}

// marker is an operand that is written like the node and stands where it stands: the last one that Go enters before it follows
// the fields, so that it blames this one if it cannot.
func (l *lookUps) marker(node parse.Node) parse.Node {
	return &parse.StringNode{NodeType: parse.NodeString, Pos: node.Position(), Quoted: node.String()}
}

// chain is what takes the place of a chain of fields. base is what Go evaluates before it follows them.
func (l *lookUps) chain(node parse.Node, before string, keys []string, hasArguments bool, base ...parse.Node) parse.Node {
	at := node.Position()
	call := func(function any, args ...parse.Node) parse.Node {
		name := fmt.Sprintf("px0LookUp%d", len(l.functions))
		l.functions[name] = function
		command := &parse.CommandNode{NodeType: parse.NodeCommand, Pos: at}
		command.Args = append(command.Args, parse.NewIdentifier(name).SetPos(at))
		command.Args = append(command.Args, args...)
		return &parse.PipeNode{NodeType: parse.NodePipe, Pos: at, Cmds: []*parse.CommandNode{command}}
	}
	fields := func(base parse.Node, keys []string) parse.Node {
		return &parse.ChainNode{NodeType: parse.NodeChain, Pos: at, Node: base, Field: keys}
	}
	made := node
	if last := len(keys) - 1; !hasArguments {
		made = fields(call(baseFor(keys, nil), base...), keys)
	} else if last > 0 {
		followed := fields(call(baseFor(keys[:last], absent{}), base...), keys[:last])
		made = fields(call(settle, append([]parse.Node{followed}, base[1:]...)...), keys[last:])
	}
	l.replaced(made, before)
	return made
}

func (l *lookUps) replaced(node parse.Node, before string) {
	if now := node.String(); now != before {
		l.rewritten = append(l.rewritten, replacement{now, before})
	}
}

func (l *lookUps) undefined(location, variable, before string) {
	message := func(context string) string {
		return fmt.Sprintf("%s: executing %q at <%s>: undefined variable: %s", location, l.tree.Name, context, variable)
	}
	l.rewritten = append(l.rewritten, replacement{message(variable), message(before)})
}

// baseFor makes the function that gives a base in which the keys can be followed: the one it gets, unless a key is absent.
func baseFor(keys []string, instead any) any {
	return func(base reflect.Value, _ ...string) reflect.Value {
		value := base
		for _, key := range keys {
			if value.IsValid() && value.Kind() == reflect.Interface {
				if value.IsNil() {
					return kept(base)
				}
				value = value.Elem()
			}
			if !value.IsValid() {
				break
			}
			if value.Kind() != reflect.Map {
				return kept(base)
			}
			value = value.MapIndex(reflect.ValueOf(key))
		}
		if value.IsValid() {
			return kept(base)
		}
		made := instead
		for _, key := range slices.Backward(keys) {
			made = map[string]any{key: made}
		}
		return reflect.ValueOf(made)
	}
}

// settle gives no value for an absent key, and else what it gets.
func settle(value reflect.Value, _ ...string) reflect.Value {
	if value.Kind() == reflect.Interface && value.Elem().IsValid() && value.Elem().Type() == reflect.TypeFor[absent]() {
		return reflect.Value{}
	}
	return kept(value)
}

// kept points to a value that stands in an interface, which Go would otherwise take it out of after the call: its errors about
// fields name the type, which is the interface then. `restore` takes the pointer out of the messages; data has none.
func kept(value reflect.Value) reflect.Value {
	if value.Kind() != reflect.Interface {
		return value
	}
	pointer := reflect.New(value.Type())
	pointer.Elem().Set(value)
	return pointer
}
