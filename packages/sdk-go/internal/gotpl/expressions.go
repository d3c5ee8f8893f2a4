package gotpl

import (
	"fmt"
	"strings"
	"text/template/parse"
	"unicode/utf8"
)

// This plans pipelines and operands. It follows the order in which Go enters nodes and evaluates things, since that order decides which
// error is reported, and where.

// expression is a planned pipeline or operand.
type expression struct {
	value evaluate
	// raw is the value before nulls became no value; nil where value is all there is.
	raw evaluate
	// The node entered last when the expression has been evaluated; nil when only the run can tell.
	last parse.Node
	// mayBeNull: the value may be a null.
	mayBeNull bool
}

// unsettled is for what treats a null like no value.
func (e expression) unsettled() evaluate {
	if e.raw != nil {
		return e.raw
	}
	return e.value
}

func (e expression) settled() expression {
	if !e.mayBeNull {
		return e
	}
	raw := e.value
	return expression{value: func(r *run) any { return settled(raw(r)) }, raw: raw, last: e.last}
}

// after evaluates first for its errors alone; nothing comes first where it is nil.
func after(first evaluate, then expression) expression {
	if first == nil {
		return then
	}
	value := then.value
	return expression{value: func(r *run) any { first(r); return value(r) }, last: then.last, mayBeNull: true}
}

// target is a variable to set.
type target struct {
	// The local that is declared; or else those that may be meant, of which the first counts that is set already.
	declared   *local
	candidates []*local
	name       string
	site       *site
}

func (t *target) set(r *run, value any, isElement bool) {
	if t.declared != nil {
		r.slots[t.declared.slot] = slot{value, isElement}
		return
	}
	for _, local := range t.candidates {
		if !local.isConditional || r.slots[local.slot].value != unset {
			r.slots[local.slot] = slot{value, isElement}
			return
		}
	}
	r.fail(t.site, "undefined variable: "+t.name)
}

// pipeline: isLenient says whether the value is what `default` judges.
func (p *planner) pipeline(pipe *parse.PipeNode, isLenient bool) expression {
	value := p.commands(pipe, isLenient)
	if len(pipe.Decl) == 0 {
		return value
	}
	return assigning(value, p.targets(pipe, value.last))
}

// rangePipeline is like pipeline, but what is declared is left to the loop; what is assigned is given as targets.
func (p *planner) rangePipeline(pipe *parse.PipeNode) (expression, []*target) {
	value := p.commands(pipe, false)
	if len(pipe.Decl) == 0 || !pipe.IsAssign {
		return value, nil
	}
	targets := p.targets(pipe, value.last)
	return assigning(value, targets), targets
}

func (p *planner) targets(pipe *parse.PipeNode, last parse.Node) []*target {
	var targets []*target
	for _, variable := range pipe.Decl {
		made := &target{name: variable.Ident[0], site: p.site(last)}
		if pipe.IsAssign {
			made.candidates = p.scope.find(made.name)
		} else {
			made.declared = p.scope.declare(made.name)
		}
		targets = append(targets, made)
	}
	return targets
}

func assigning(e expression, targets []*target) expression {
	value := e.value
	return expression{last: e.last, value: func(r *run) any {
		result := value(r)
		for _, target := range targets {
			target.set(r, result, false)
		}
		return result
	}}
}

// stage is where a pipeline stands: its value so far, nil before the first command, and the node entered last.
type stage struct {
	piped   evaluate
	current parse.Node
}

func (p *planner) commands(pipe *parse.PipeNode, isLenient bool) expression {
	now := stage{current: pipe}
	made := p.failure("missing value", pipe)
	for i, command := range pipe.Cmds {
		isJudged := isLenient
		if i+1 < len(pipe.Cmds) {
			isJudged = isDefaultOfPiped(pipe.Cmds[i+1])
		}
		made = p.command(command, now, isJudged).settled()
		now = stage{made.value, made.last}
	}
	return made
}

// isDefaultOfPiped: `… | default x`, where what is piped in is the value that may be missing.
func isDefaultOfPiped(command *parse.CommandNode) bool {
	name, ok := command.Args[0].(*parse.IdentifierNode)
	return ok && name.Ident == "default" && len(command.Args) == 2
}

func (p *planner) command(command *parse.CommandNode, now stage, isLenient bool) expression {
	hasArguments := len(command.Args) > 1 || now.piped != nil
	switch first := command.Args[0].(type) {
	case *parse.FieldNode:
		field := p.field(first, hasArguments, isLenient)
		if hasArguments {
			return after(now.piped, field)
		}
		return field
	case *parse.ChainNode:
		return after(now.piped, p.chain(first, hasArguments, isLenient))
	case *parse.IdentifierNode:
		return p.call(first, command, command.Args[1:], now.piped)
	case *parse.PipeNode:
		if hasArguments {
			return after(now.piped, p.notAFunction(first, now.current))
		}
		return p.pipeline(first, isLenient)
	case *parse.VariableNode:
		return after(now.piped, p.variable(first, hasArguments, isLenient))
	default:
		if hasArguments {
			return after(now.piped, p.notAFunction(first, first))
		}
		if first.Type() == parse.NodeNil {
			return p.failure("nil is not a command", first)
		}
		return p.constant(first)
	}
}

func (p *planner) notAFunction(operand, node parse.Node) expression {
	return p.failure("can't give argument to non-function "+nodeText(operand), node)
}

func (p *planner) failure(message string, node parse.Node) expression {
	at := p.site(node)
	return expression{value: func(r *run) any { r.fail(at, message); return absent }, last: node}
}

// base is what a chain of fields starts from. isElement says at run time whether it is in an interface.
type base struct {
	value     evaluate
	isElement func(*run) bool
	// The local that it is, where that is certain.
	local *local
	last  parse.Node
}

func never(*run) bool  { return false }
func always(*run) bool { return true }

func (p *planner) field(node *parse.FieldNode, hasArguments, isLenient bool) expression {
	dot := []*local{p.scope.dot}
	from := base{p.local(dot, ".", node), originOf(dot), p.scope.dot, node}
	return p.fieldOf(from, node, node.Ident, hasArguments, isLenient)
}

func (p *planner) chain(node *parse.ChainNode, hasArguments, isLenient bool) expression {
	var operand expression
	switch inner := node.Node.(type) {
	case *parse.PipeNode:
		operand = p.pipeline(inner, false)
	case *parse.IdentifierNode:
		operand = p.call(inner, inner, nil, nil)
	default:
		operand = p.failure(fmt.Sprintf("unknown node: %s", inner), inner)
	}
	return p.fieldOf(base{operand.value, never, nil, operand.last}, node, node.Field, hasArguments, isLenient)
}

func (p *planner) variable(node *parse.VariableNode, hasArguments, isLenient bool) expression {
	name := node.Ident[0]
	candidates := p.scope.find(name)
	value := p.local(candidates, name, node)
	if path := node.Ident[1:]; len(path) > 0 {
		from := base{value, originOf(candidates), certain(candidates), node}
		return p.fieldOf(from, node, path, hasArguments, isLenient)
	}
	if hasArguments {
		return after(value, p.notAFunction(node, node))
	}
	return expression{value: value, last: node, mayBeNull: true}
}

// certain is the only local that a name may mean; nil where the run has to look.
func certain(candidates []*local) *local {
	if len(candidates) == 1 && !candidates[0].isConditional {
		return candidates[0]
	}
	return nil
}

func (p *planner) local(candidates []*local, name string, node parse.Node) evaluate {
	if only := certain(candidates); only != nil {
		index := only.slot
		return func(r *run) any { return r.slots[index].value }
	}
	at := p.site(node)
	return func(r *run) any {
		for _, local := range candidates {
			if value := r.slots[local.slot].value; value != unset {
				return value
			}
		}
		r.fail(at, "undefined variable: "+name)
		return absent
	}
}

func originOf(candidates []*local) func(*run) bool {
	return func(r *run) bool {
		for _, local := range candidates {
			if found := r.slots[local.slot]; found.value != unset {
				return found.isElement
			}
		}
		return false
	}
}

func (p *planner) fieldOf(from base, node parse.Node, path []string, hasArguments, isLenient bool) expression {
	at := p.site(from.last)
	made := expression{last: from.last, mayBeNull: true}
	if key := path[0]; len(path) == 1 && !hasArguments && from.local != nil {
		index := from.local.slot
		made.value = func(r *run) any {
			receiver := &r.slots[index]
			if dict, ok := receiver.value.(map[string]any); ok {
				if value, ok := r.entry(dict, key); ok {
					return value
				}
			}
			return r.field(receiver.value, key, receiver.isElement, isLenient, at)
		}
		return made
	}
	last := len(path) - 1
	made.value = func(r *run) any {
		value := from.value(r)
		for i, key := range path {
			dict, isDict := value.(map[string]any)
			if hasArguments && i == last && isDict {
				r.fail(at, key+" is not a method but has arguments")
			}
			if isDict {
				if found, ok := r.entry(dict, key); ok {
					value = found
					continue
				}
			}
			value = r.field(value, key, i > 0 || from.isElement(r), isLenient && !(hasArguments && i == last), at)
		}
		return value
	}
	return made
}

func constant(value any, node parse.Node) expression {
	return expression{value: func(*run) any { return value }, last: node}
}

func (p *planner) constant(node parse.Node) expression {
	switch node := node.(type) {
	case *parse.DotNode:
		return expression{value: p.local([]*local{p.scope.dot}, ".", node), last: node, mayBeNull: true}
	case *parse.BoolNode:
		return constant(node.True, node)
	case *parse.StringNode:
		p.hasStrayBytes = p.hasStrayBytes || !utf8.ValidString(node.Text)
		return constant(node.Text, node)
	case *parse.NumberNode:
		return p.number(node)
	case *parse.NilNode:
		return constant(absent, node)
	}
	return p.failure(fmt.Sprintf("unknown node: %s", node), node)
}

// number: the syntax of a number decides its type.
func (p *planner) number(node *parse.NumberNode) expression {
	switch {
	case node.IsComplex:
		return constant(node.Complex128, node)
	case node.IsFloat && isWrittenAsFloat(node.Text):
		return constant(node.Float64, node)
	case node.IsInt && int64(int(node.Int64)) == node.Int64:
		return constant(int(node.Int64), node)
	}
	return p.failure(node.Text+" overflows int", node)
}

func isWrittenAsFloat(text string) bool {
	isHexInteger := len(text) > 2 && text[0] == '0' && (text[1] == 'x' || text[1] == 'X') && !strings.ContainsAny(text, "pP")
	return !isHexInteger && text[0] != '\'' && strings.ContainsAny(text, ".eEpP")
}

// argument is a planned operand of a function, and what the function wants there.
type argument struct {
	value evaluate
	kind  kind
	site  *site
}

func (a argument) check(r *run, value any) {
	if a.kind != anyValue {
		r.checkArgument(value, a.kind, a.site)
	}
}

// call: blamed is the node that errors of the function itself are reported at.
func (p *planner) call(node *parse.IdentifierNode, blamed parse.Node, operands []parse.Node, piped evaluate) expression {
	name := node.Ident
	known := signatures[name]
	count := len(operands)
	if piped != nil {
		count++
	}
	if count < len(known.fixed) || (!known.more && count > len(known.fixed)) {
		wanted := fmt.Sprintf("want %d got %d", len(known.fixed), count)
		if known.more {
			wanted = fmt.Sprintf("want at least %d got %d", len(known.fixed), len(operands))
		}
		return after(piped, p.failure(fmt.Sprintf("wrong number of args for %s: %s", name, wanted), node))
	}
	if name == "and" || name == "or" {
		return p.logic(name == "or", node, operands, piped)
	}
	var args []argument
	last := parse.Node(node)
	for i, operand := range operands {
		planned := p.argument(operand, known.parameter(i), name == "default" && i == 1)
		last = planned.last
		value := planned.value
		if name == "slice" && i > 0 {
			value = p.asSliceIndex(operand, value)
		}
		args = append(args, argument{value, known.parameter(i), p.site(last)})
	}
	var pipedArgument *argument
	if piped != nil {
		pipedArgument = &argument{piped, known.parameter(len(operands)), p.site(last)}
	}
	at := p.site(blamed)
	made := expression{last: last, mayBeNull: name == "index" || name == "default"}
	if name == "call" {
		called := ""
		if len(operands) > 0 {
			called = nodeText(operands[0])
		}
		made.value = calling(at, notCallable(called), args, pipedArgument)
		return made
	}
	if pair := pairFunctions[name]; pair != nil && len(args) == 2 && piped == nil {
		first, second := args[0].value, args[1].value
		made.value = func(r *run) any {
			a := first(r)
			return pair(r, at, a, second(r))
		}
		return made
	}
	made.value = calling(at, functions[name], args, pipedArgument)
	return made
}

// calling evaluates what is piped before the other arguments, though it is passed as the last one.
func calling(at *site, call function, args []argument, piped *argument) evaluate {
	return func(r *run) any {
		var last any
		if piped != nil {
			last = piped.value(r)
		}
		values := make([]any, len(args), len(args)+1)
		for i := range args {
			values[i] = args[i].value(r)
			args[i].check(r, values[i])
		}
		if piped != nil {
			piped.check(r, last)
			values = append(values, last)
		}
		return call(r, at, values)
	}
}

func (p *planner) logic(isOr bool, node *parse.IdentifierNode, operands []parse.Node, piped evaluate) expression {
	var args []expression
	if len(operands) > 0 {
		args = append(args, p.argument(operands[0], anyValue, false))
		operands = operands[1:]
	}
	declared := p.scope.conditionally(func() {
		for _, operand := range operands {
			args = append(args, p.argument(operand, anyValue, false))
		}
	})
	made := expression{mayBeNull: true}
	switch len(args) {
	case 0:
		made.last = node
	case 1:
		// Then it is known which node was entered last.
		made.last = args[0].last
	}
	made.value = func(r *run) any {
		var final any
		if piped != nil {
			final = piped(r)
		}
		for _, local := range declared {
			r.slots[local.slot].value = unset
		}
		result := absent
		for i := range args {
			result = args[i].value(r)
			if args[i].last != nil {
				r.last = args[i].last
			}
			if isTrue(result) == isOr {
				return result
			}
		}
		if piped != nil {
			return final
		}
		return result
	}
	return made
}

func (p *planner) argument(node parse.Node, wanted kind, isLenient bool) expression {
	switch node := node.(type) {
	case *parse.FieldNode:
		return p.field(node, false, isLenient)
	case *parse.VariableNode:
		return p.variable(node, false, isLenient)
	case *parse.PipeNode:
		return p.pipeline(node, isLenient)
	case *parse.ChainNode:
		return p.chain(node, false, isLenient)
	case *parse.IdentifierNode:
		return p.call(node, node, nil, nil)
	case *parse.DotNode:
		return p.constant(node)
	case *parse.NilNode:
		if wanted != anyValue {
			return p.failure(fmt.Sprintf("cannot assign nil to %s", wanted), node)
		}
	}
	switch wanted {
	case aString:
		if node.Type() != parse.NodeString {
			return p.failure("expected string; found "+nodeText(node), node)
		}
	case anInt:
		number, isNumber := node.(*parse.NumberNode)
		if !isNumber || !number.IsInt {
			return p.failure("expected integer; found "+nodeText(node), node)
		}
		return constant(int(number.Int64), node)
	}
	return p.constant(node)
}

// asSliceIndex: slice alone looks at its indexes without taking them out of their interfaces.
func (p *planner) asSliceIndex(operand parse.Node, value evaluate) evaluate {
	isElement := p.originOfOperand(operand)
	if isElement == nil {
		return value
	}
	return func(r *run) any {
		result := value(r)
		if result == absent || isInteger(result) || !isElement(r) {
			return result
		}
		return nil
	}
}

// originOfOperand is nil for what is never in an interface.
func (p *planner) originOfOperand(operand parse.Node) func(*run) bool {
	switch operand := operand.(type) {
	case *parse.FieldNode, *parse.ChainNode:
		return always
	case *parse.DotNode:
		return originOf([]*local{p.scope.dot})
	case *parse.VariableNode:
		if len(operand.Ident) > 1 {
			return always
		}
		return originOf(p.scope.find(operand.Ident[0]))
	}
	return nil
}
