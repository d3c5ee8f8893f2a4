package gotpl

import (
	"fmt"
	"text/template/parse"
)

// evaluate gives a value; execute does a statement.
type (
	evaluate func(*run) any
	execute  func(*run) signal
)

// signal says how a statement ended.
type signal int

const (
	goesOn signal = iota
	breaks
	continues
)

// unit is one template: the main one or a defined one.
type unit struct {
	name string
	// dot holds the data at the start; root is `$`, with the same value.
	dot, root *local
	slots     int
	body      execute
	site      *site
}

func planUnits(trees map[string]*parse.Tree) (units map[string]*unit, hasStrayBytes bool) {
	units = map[string]*unit{templateName: {name: templateName}}
	for name := range trees {
		units[name] = &unit{name: name}
	}
	for name, planned := range units {
		root := &parse.ListNode{NodeType: parse.NodeList}
		if tree := trees[name]; tree != nil && tree.Root != nil {
			root = tree.Root
		}
		p := &planner{unit: name, units: units, scope: newScope()}
		p.plan(root, planned)
		hasStrayBytes = hasStrayBytes || p.hasStrayBytes
	}
	return units, hasStrayBytes
}

// planner turns the parse tree of a template into closures.
type planner struct {
	unit  string
	units map[string]*unit
	scope *scope
	// A literal holds bytes that are not UTF-8.
	hasStrayBytes bool
}

func (p *planner) plan(root *parse.ListNode, made *unit) {
	made.dot = p.scope.newLocal()
	p.scope.dot = made.dot
	made.root = p.scope.declare("$")
	made.site = p.siteOfList(root)
	made.body = p.block(root)
	made.slots = p.scope.size
}

func (p *planner) site(node parse.Node) *site { return &site{p.unit, node} }

// siteOfList is where the pass through a list is reported.
func (p *planner) siteOfList(list *parse.ListNode) *site {
	if len(list.Nodes) > 0 {
		return p.site(list.Nodes[0])
	}
	return p.site(list)
}

func (p *planner) block(list *parse.ListNode) execute {
	var steps []execute
	for _, node := range list.Nodes {
		steps = append(steps, p.statement(node))
	}
	cost, at := len(list.Nodes)+1, p.siteOfList(list)
	return func(r *run) signal {
		if r.steps -= cost; r.steps < 0 {
			r.failSteps(at)
		}
		for _, step := range steps {
			if signal := step(r); signal != goesOn {
				return signal
			}
		}
		r.checkOutput(at)
		return goesOn
	}
}

// innerBlock has a scope of its own; there is none of no list.
func (p *planner) innerBlock(list *parse.ListNode) (made execute) {
	if list == nil {
		return nil
	}
	p.scope.inside(func() { made = p.block(list) })
	return made
}

func (p *planner) statement(node parse.Node) execute {
	switch node := node.(type) {
	case *parse.TextNode:
		text := string(node.Text)
		return func(r *run) signal { r.write(text); return goesOn }
	case *parse.ActionNode:
		return p.action(node)
	case *parse.IfNode:
		return p.branch(&node.BranchNode, false)
	case *parse.WithNode:
		return p.branch(&node.BranchNode, true)
	case *parse.RangeNode:
		return p.loop(&node.BranchNode)
	case *parse.TemplateNode:
		return p.include(node)
	case *parse.BreakNode:
		return func(*run) signal { return breaks }
	case *parse.ContinueNode:
		return func(*run) signal { return continues }
	}
	// A later text/template/parse may know more than the language has.
	return p.failing(fmt.Sprintf("unknown node: %s", node), node)
}

func (p *planner) failing(message string, node parse.Node) execute {
	at := p.site(node)
	return func(r *run) signal { r.fail(at, message); return goesOn }
}

func (p *planner) action(node *parse.ActionNode) execute {
	planned := p.pipeline(node.Pipe, false)
	if len(node.Pipe.Decl) > 0 {
		return func(r *run) signal { planned.value(r); return goesOn }
	}
	value, at := planned.unsettled(), p.site(node)
	return func(r *run) signal { r.print(at, value(r)); return goesOn }
}

func (p *planner) branch(node *parse.BranchNode, isWith bool) (made execute) {
	p.scope.inside(func() {
		planned := p.pipeline(node.Pipe, false)
		outer := p.scope.dot
		test := planned.unsettled()
		if isWith {
			p.scope.dot = p.scope.newLocal()
			test = planned.value
		}
		dot := p.scope.dot
		body := p.innerBlock(node.List)
		p.scope.dot = outer
		otherwise := p.innerBlock(node.ElseList)
		made = func(r *run) signal {
			value := test(r)
			if isTrue(value) {
				if isWith {
					r.slots[dot.slot] = slot{value: value}
				}
				return body(r)
			}
			if otherwise != nil {
				return otherwise(r)
			}
			return goesOn
		}
	})
	return made
}

// loopPlan is a range; index and item are nil where it sets none.
type loopPlan struct {
	over        evaluate
	site        *site
	dot         *local
	index, item *target
	body        execute
	// The variables that hold the value ranged over, in the else branch.
	otherwiseLocals []*local
	otherwise       execute
}

func (p *planner) loop(node *parse.BranchNode) execute {
	var made loopPlan
	p.scope.inside(func() {
		over, assigned := p.rangePipeline(node.Pipe)
		made.over, made.site = over.unsettled(), p.site(over.last)
		outer := p.scope.dot
		p.scope.inside(func() {
			targets := assigned
			if targets == nil {
				for _, variable := range node.Pipe.Decl {
					targets = append(targets, &target{declared: p.scope.declare(variable.Ident[0])})
				}
			}
			if len(targets) > 0 {
				made.item = targets[len(targets)-1]
			}
			if len(targets) > 1 {
				made.index = targets[0]
			}
			made.dot = p.scope.newLocal()
			p.scope.dot = made.dot
			made.body = p.innerBlock(node.List)
		})
		p.scope.dot = outer
		if assigned == nil && node.ElseList != nil {
			for _, variable := range node.Pipe.Decl {
				made.otherwiseLocals = append(made.otherwiseLocals, p.scope.declare(variable.Ident[0]))
			}
		}
		made.otherwise = p.innerBlock(node.ElseList)
	})
	return made.run
}

func (l *loopPlan) run(r *run) signal {
	value := l.over(r)
	if list, ok := listOf(value); ok && len(list) > 0 {
		for i, item := range list {
			var index any
			if l.index != nil {
				index = i
			}
			if l.pass(r, index, item) {
				break
			}
		}
		return goesOn
	}
	count, keys, dict := r.iterate(value, l.index != nil, l.site)
	if count == 0 {
		return l.runOtherwise(r, value)
	}
	for i := 0; i < count; i++ {
		var index, item any
		switch {
		case keys != nil:
			index, item = keys[i], dict[keys[i]]
		case isByte(value):
			item = uint8(i)
		default:
			item = i
		}
		if l.pass(r, index, item) {
			break
		}
	}
	return goesOn
}

// pass runs the body for one item, and tells whether that ends the loop.
func (l *loopPlan) pass(r *run, index, item any) bool {
	r.slots[l.dot.slot] = slot{item, true}
	if l.index != nil {
		l.index.set(r, index, false)
	}
	if l.item != nil {
		l.item.set(r, item, true)
	}
	return l.body(r) == breaks
}

func (l *loopPlan) runOtherwise(r *run, value any) signal {
	for _, local := range l.otherwiseLocals {
		r.slots[local.slot] = slot{value: settled(value)}
	}
	// As Go: a break here ends this loop, though it is written for the one around it; a continue goes on with the one around it.
	if l.otherwise != nil && l.otherwise(r) == continues {
		return continues
	}
	return goesOn
}

func (p *planner) include(node *parse.TemplateNode) execute {
	data := func(*run) any { return absent }
	if node.Pipe != nil {
		data = p.pipeline(node.Pipe, false).value
	}
	target, isDefined := p.units[node.Name]
	if !isDefined {
		return p.failing(fmt.Sprintf("template %s not defined", quoted(node.Name)), node)
	}
	at := p.site(node)
	return func(r *run) signal {
		if r.depth >= r.template.limits.Depth {
			r.failDepth(at)
		}
		value := data(r)
		r.depth++
		r.call(target, value)
		r.depth--
		return goesOn
	}
}
