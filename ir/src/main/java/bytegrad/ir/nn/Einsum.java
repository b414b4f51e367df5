package bytegrad.ir.nn;

import bytegrad.ir.GraphBuilder;
import bytegrad.ir.GraphException;
import bytegrad.ir.Node;
import bytegrad.ir.Op;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/** Sums of products in Einstein's notation: {@code "nij,njk->nik"}. */
public final class Einsum {
    private final GraphBuilder b;
    private final String formula;

    private Einsum(GraphBuilder b, String formula) {
        this.b = b;
        this.formula = formula;
    }

    /** A node and a letter for each of its axes. */
    private record Term(Node node, List<Character> axes) {}

    /**
     * The sum, over all letters that the result has not, of the operands' products. Operands are taken from left to right, two at a time.
     *
     * @param formula a letter an axis, operands apart by commas, then {@code ->} and the result's letters; without the arrow the result has the
     *     letters that occur once, in alphabetical order; spaces are ignored
     * @throws GraphException naming the formula, if it does not fit the operands or a letter occurs twice in one of them
     */
    public static Node of(GraphBuilder b, String formula, Node... operands) {
        return new Einsum(b, formula).sum(List.of(operands));
    }

    private Node sum(List<Node> operands) {
        String plain = formula.replace(" ", "");
        int arrow = plain.indexOf("->");
        String[] parts = (arrow < 0 ? plain : plain.substring(0, arrow)).split(",", -1);
        if (parts.length != operands.size()) {
            throw error("it names " + parts.length + " operands, there are " + operands.size());
        }
        Map<Character, Integer> extents = new HashMap<>();
        Map<Character, Integer> counts = new HashMap<>();
        List<Term> terms = new ArrayList<>();
        for (int k = 0; k < parts.length; k++) {
            terms.add(term(parts[k], operands.get(k), extents, counts));
        }
        List<Character> result = arrow >= 0 ? letters(plain.substring(arrow + 2))
                : counts.entrySet().stream().filter(e -> e.getValue() == 1).map(Map.Entry::getKey).sorted().toList();
        for (char c : result) {
            if (!extents.containsKey(c)) {
                throw error("no operand has the result's axis '" + c + "'");
            }
        }
        Term all = reduced(terms.getFirst(), needed(terms.subList(1, terms.size()), result));
        for (int k = 1; k < terms.size(); k++) {
            Set<Character> later = needed(terms.subList(k + 1, terms.size()), result);
            Set<Character> right = new LinkedHashSet<>(later);
            right.addAll(all.axes());
            all = reduced(product(all, reduced(terms.get(k), right), later), later);
        }
        List<Character> have = all.axes();
        return b.transpose(all.node(), result.stream().mapToInt(have::indexOf).toArray());
    }

    private Term term(String text, Node x, Map<Character, Integer> extents, Map<Character, Integer> counts) {
        List<Character> axes = letters(text);
        if (axes.size() != x.rank()) {
            throw error("'" + text + "' has " + axes.size() + " axes, the operand is " + x.type());
        }
        for (int k = 0; k < axes.size(); k++) {
            int extent = x.shape().dim(k);
            Integer known = extents.putIfAbsent(axes.get(k), extent);
            if (known != null && known != extent) {
                throw error("axis '" + axes.get(k) + "' has " + known + " elements in one operand and " + extent + " in another");
            }
            counts.merge(axes.get(k), 1, Integer::sum);
        }
        return new Term(x, axes);
    }

    private List<Character> letters(String text) {
        List<Character> axes = text.chars().mapToObj(c -> (char) c).toList();
        if (!axes.stream().allMatch(Character::isLetter)) {
            throw error("axes are single letters, operands apart by commas; found '" + text + "'");
        }
        if (Set.copyOf(axes).size() != axes.size()) {
            throw error("a letter occurs twice in '" + text + "'; gather the diagonal first");
        }
        return axes;
    }

    private static Set<Character> needed(List<Term> later, List<Character> result) {
        Set<Character> all = new LinkedHashSet<>(result);
        later.forEach(t -> all.addAll(t.axes()));
        return all;
    }

    /** Without the axes that nothing needs. */
    private Term reduced(Term t, Set<Character> needed) {
        List<Character> axes = t.axes();
        int[] gone = axes.stream().filter(c -> !needed.contains(c)).mapToInt(axes::indexOf).toArray();
        return gone.length == 0 ? t : new Term(b.sum(t.node(), gone), axes.stream().filter(needed::contains).toList());
    }

    private Term product(Term l, Term r, Set<Character> needed) {
        List<Character> both = l.axes().stream().filter(r.axes()::contains).toList();
        List<Character> batch = both.stream().filter(needed::contains).toList();
        List<Character> gone = both.stream().filter(c -> !needed.contains(c)).toList();
        Op.Contract op = new Op.Contract(positions(batch, l), positions(batch, r), positions(gone, l), positions(gone, r));
        List<Character> axes = new ArrayList<>(batch);
        l.axes().stream().filter(c -> !both.contains(c)).forEach(axes::add);
        r.axes().stream().filter(c -> !both.contains(c)).forEach(axes::add);
        return new Term(b.contract(op, l.node(), r.node()), axes);
    }

    private static List<Integer> positions(List<Character> letters, Term t) {
        return letters.stream().map(t.axes()::indexOf).collect(Collectors.toList());
    }

    private GraphException error(String why) {
        return GraphException.at("einsum \"" + formula + "\": " + why);
    }
}
